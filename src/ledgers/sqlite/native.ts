import { createRequire } from "node:module";
import type Libsql from "libsql";
import { errorCode } from "../../domain/error-code.ts";
import { LedgerError } from "../error.ts";
import { nodeSqlite } from "./node-driver.ts";

const require = createRequire(import.meta.url);

/** The machine that the native module has to fit. */
type Machine = Pick<NodeJS.Process, "platform" | "arch">;

/**
 * Returns libsql, for a Node without SQLite, loaded when a database is opened for the first time: its native module may not load here, and then all that
 * needs no database works on. Throws LedgerError (exit code 2) with the way out.
 */
export function libsql(): typeof Libsql {
  try {
    return require("libsql") as typeof Libsql;
  } catch (error) {
    throw new LedgerError(loadProblem(error, process), 2, { cause: error });
  }
}

/** Returns why SQLite does not load here and the way out, as `what; what to do`; null where it loads, or Node has its own. */
export function nativeProblem(): string | null {
  if (nodeSqlite()) return null;
  try {
    libsql();
    return null;
  } catch (error) {
    return (error as LedgerError).message;
  }
}

/**
 * Says of an error of loading libsql what is wrong and what to do. Windows: its module needs the Visual C++ runtime, which
 * Node.js does not bring (tursodatabase/libsql#1797), and there is none for ARM.
 * @internal
 */
export function loadProblem(error: unknown, { platform, arch }: Machine): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split(/[\r\n]/, 1);
  const text = line.replaceAll(";", ",");
  const what = `SQLite's native module (libsql) does not load on ${platform}-${arch}: ${text}`;
  if (platform === "win32" && arch !== "x64")
    return `${what}; install Node.js for x64, which runs here too: winget install OpenJS.NodeJS.LTS --architecture x64`;
  if (errorCode(error) === "MODULE_NOT_FOUND")
    return `${what}; install again on this system, optional dependencies included (node_modules of another system does not do): npm install --include=optional`;
  if (platform === "win32")
    return `${what}; install the Visual C++ runtime: winget install Microsoft.VCRedist.2015+.x64`;
  if (/GLIBC/.test(text))
    return `${what}; this system's C library is too old for it: use a newer system, or the image of fixtures/operations/Dockerfile`;
  return `${what}; install again on this system: npm install --include=optional`;
}
