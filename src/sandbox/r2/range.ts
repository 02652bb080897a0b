import { accept, type Checked, refuse } from "./errors.ts";

/** The first byte and the number of bytes. */
export interface ByteRange {
  readonly from: number;
  readonly length: number;
}

/**
 * Returns the part of an object of `bytes` bytes that a Range header requests: `bytes=a-b`, `bytes=a-` or `bytes=-n`. Returns
 * null, for the whole object, without a header and for any other form (several ranges, another unit), which may be ignored
 * (RFC 9110, 14.2).
 */
export function parseRange(range: string | undefined, bytes: number): Checked<ByteRange | null> {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range?.trim() ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (!match || (first === "" && last === "")) return accept(null);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return accept(null);
  const from = first === "" ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === "" || last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (from > to) return refuse("InvalidRange", undefined, { "content-range": `bytes */${bytes}` });
  return accept({ from, length: to - from + 1 });
}
