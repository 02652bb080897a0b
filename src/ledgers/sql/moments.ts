/**
 * Returns two times of the tables (UTC to the second) as Unix milliseconds that enclose what was: `startedAt` not after the
 * beginning, `endedAt` not before the end. What has no end is taken to end as it began.
 */
export function moments(started: string, ended: string | null): { startedAt: number; endedAt: number } {
  return { startedAt: unixMs(started), endedAt: unixMs(ended ?? started) + 999 };
}

function unixMs(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`);
}
