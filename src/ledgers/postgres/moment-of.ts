import { stamp } from "../sql/store.ts";

/** Below this a number of this century counts seconds since 1970, above it milliseconds. */
const SECONDS_END = 1e11;

/**
 * A moment as the tables have it, UTC to the second, of what SQLite or a file may have in its place: that text, one with a time zone,
 * or a number since 1970. Null for what is no moment.
 */
export function momentOf(value: string | number | null): string | null {
  const text = String(value ?? "").trim();
  if (/^\d{9,}(?:\.\d+)?$/.test(text)) {
    const number = Number(text);
    return stamp(number < SECONDS_END ? number * 1000 : number).text;
  }
  const isZoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(text);
  const ms = Date.parse(isZoned || !/\d:\d/.test(text) ? text : `${text.replace(" ", "T")}Z`);
  return Number.isNaN(ms) ? null : stamp(ms).text;
}
