import { dirname } from "node:path";
import { errorCode } from "../domain/error-code.ts";

/** Why a file cannot be made, in words. */
export function whyNotMade(error: Error, path: string): string {
  return errorCode(error) === "ENOENT"
    ? `there is no folder ${dirname(path)}; make it, or name another file`
    : error.message;
}
