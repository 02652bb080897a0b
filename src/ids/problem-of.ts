import type { IdReport } from "./port.ts";

/** The longest that each can be: R2's keys have 1,024 bytes at most (developers.cloudflare.com/r2/platform/limits), ids far less. */
const LONGEST = { key: 1_024, bot: 200, fileId: 512, fileUniqueId: 200, etag: 300 } as const;
const NAMES = Object.keys(LONGEST) as (keyof typeof LONGEST)[];

/** What is wrong with a report; null where nothing is. */
export function problemOf(report: IdReport): string | null {
  if (report.key === "" || report.fileId === "") return "it has no key or no id";
  const long = NAMES.find((name) => Buffer.byteLength(report[name] ?? "") > LONGEST[name]);
  return long === undefined ? null : `its ${long} has more than ${LONGEST[long]} bytes`;
}
