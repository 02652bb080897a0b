import { accept, type Checked, refuse } from "./errors.ts";

/** First byte and how many. */
export interface Span {
  readonly from: number;
  readonly length: number;
}

/**
 * The part of an object of `bytes` bytes that a Range header asks for: `bytes=a-b`, `bytes=a-`, `bytes=-n`. `null`, the whole
 * object, without a header and for one of another form (several ranges, another unit): such may be ignored (RFC 9110, 14.2).
 */
export function parseRange(range: string | undefined, bytes: number): Checked<Span | null> {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range?.trim() ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (!match || (first === "" && last === "")) return accept(null);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return accept(null);
  const from = first === "" ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === "" || last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (from > to) return refuse("InvalidRange", undefined, { "content-range": `bytes */${bytes}` });
  return accept({ from, length: to - from + 1 });
}
