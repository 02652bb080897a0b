import * as v from "valibot";
import { readEtag } from "../domain/content.ts";
import type { Entry, SourceItem } from "../domain/entry.ts";
import { failure } from "../domain/failure.ts";
import { isKeptText } from "../domain/kept-text.ts";
import { MEDIA_KINDS } from "../domain/media.ts";
import type { Reason } from "../domain/reasons.ts";

/** One line, row or element of a manifest: what stands there, or why that cannot be told. */
export type RawEntry =
  | { readonly where: string; readonly value: unknown }
  | { readonly where: string; readonly problem: string; readonly reason?: Reason };

const KEY_BYTES = 1024;
const SHOWN_CHARS = 60;

/** A value as an error shows it: on one line, not at length. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}...` : text;
}

function must(be: string): (issue: { input: unknown }) => string {
  return ({ input }) => {
    const odd = typeof input === "string" && !isKeptText(input) ? " without NUL or half characters" : "";
    return `must be ${be}${odd}, not ${shown(input)}`;
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && isKeptText(value);
}

function isKey(value: unknown): boolean {
  return isText(value) && Buffer.byteLength(value) <= KEY_BYTES;
}

function isNumberFrom(lowest: number): (value: unknown) => boolean {
  return (value) => typeof value === "number" && Number.isFinite(value) && value >= lowest;
}

function isWholeFrom(lowest: number): (value: unknown) => boolean {
  return (value) => Number.isSafeInteger(value) && isNumberFrom(lowest)(value);
}

/** `null` counts as not given: databases export it for empty columns. */
function maybe<Output>(schema: v.GenericSchema<unknown, Output>) {
  return v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );
}

/** A number may be written as text: csv can do no other, and databases export it so. What is none stays as it is. */
function number(schema: v.GenericSchema<unknown, number>) {
  return maybe(
    v.pipe(
      v.unknown(),
      v.transform((value) =>
        typeof value === "string" && /^\s*[-+]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value,
      ),
      schema,
    ),
  );
}

const key = v.custom<string>(isKey, must(`a text of 1 to ${KEY_BYTES} bytes`));
const text = v.custom<string>(isText, must("a text that is not empty"));
const side = v.custom<number>(isWholeFrom(1), must("a whole number from 1"));

const fields = {
  key,
  kind: maybe(v.picklist(MEDIA_KINDS, must(`one of ${MEDIA_KINDS.join(", ")}`))),
  bytes: number(v.custom<number>(isWholeFrom(0), must("a whole number from 0"))),
  etag: maybe(v.pipe(text, v.transform(readEtag))),
  sha256: maybe(
    v.pipe(
      v.custom<string>((value) => isText(value) && /^[0-9a-f]{64}$/i.test(value), must("64 hex digits")),
      v.toLowerCase(),
    ),
  ),
  mime: maybe(
    v.custom<string>(
      (value) => isText(value) && /^[\w.+-]+\/[\w.+-]+/.test(value),
      must("a type such as image/jpeg"),
    ),
  ),
  bot: maybe(text),
  width: number(side),
  height: number(side),
  duration: number(v.custom<number>(isNumberFrom(0), must("seconds from 0, as a number"))),
  thumbnail: maybe(key),
  filename: maybe(text),
  title: maybe(text),
  performer: maybe(text),
  priority: number(v.custom<number>(isNumberFrom(Number.NEGATIVE_INFINITY), must("a number"))),
};

const mustBeObject = must('an object such as {"key":"a.jpg"}');
const entrySchema = v.pipe(
  v.custom<object>((value) => !Array.isArray(value), mustBeObject),
  v.object(fields, mustBeObject),
);

function problemOf(issues: readonly v.BaseIssue<unknown>[]): string {
  const lines = issues.map((issue) => {
    const field = issue.path?.[0]?.key;
    if (field === "key" && issue.input === undefined) return "key is missing";
    return field === undefined ? issue.message : `${field} ${issue.message}`;
  });
  return lines.join("; ");
}

function keyOf(value: unknown): string | undefined {
  const found = typeof value === "object" && value !== null && "key" in value ? value.key : undefined;
  return isText(found) && isKey(found) ? found : undefined;
}

function bad(where: string, problem: string, reason: Reason = "manifest_line", badKey?: string): SourceItem {
  return { type: "bad", where, key: badKey, failure: failure(reason, `${where}: ${problem}`) };
}

/** Telegram counts whole seconds, and takes 0 for a length that nobody knows. */
function wholeSeconds(duration: number | undefined): { duration?: number | undefined } {
  if (duration === undefined) return {};
  return { duration: duration === 0 ? undefined : Math.max(1, Math.round(duration)) };
}

/**
 * What one raw entry of a manifest stands for. Unknown fields are left out; every field that is wrong is named in one
 * line, with what was found and what is allowed. ETags lose their quotes, hashes become lower case, durations whole seconds from 1, numbers that are written as text numbers.
 */
export function readEntry(raw: RawEntry): SourceItem {
  if ("problem" in raw) return bad(raw.where, raw.problem, raw.reason);
  const parsed = v.safeParse(entrySchema, raw.value);
  if (!parsed.success) {
    return bad(raw.where, problemOf(parsed.issues), "manifest_line", keyOf(raw.value));
  }
  const entry: Entry = { ...parsed.output, ...wholeSeconds(parsed.output.duration) };
  if (entry.key.endsWith("/")) {
    return { type: "skip", key: entry.key, bytes: entry.bytes ?? 0, reason: "folder_marker" };
  }
  return { type: "entry", entry, where: raw.where };
}
