import { createHash } from "node:crypto";
import type { JobWork } from "./port.ts";

/** The id of a job, which is the same for the same work for ever: by it two that feed at once make one job. */
export function jobIdOf(work: JobWork): string {
  const name =
    "entry" in work ? `entry/${work.entry}/${work.bot}` : `${work.bot}/${work.content}/${work.kind}`;
  const hex = createHash("sha256").update(name).digest("hex").slice(0, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
