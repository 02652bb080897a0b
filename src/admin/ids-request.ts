import * as v from "valibot";
import { isKeptText } from "../domain/kept-text.ts";
import { isMediaKind, MEDIA_KINDS, type MediaKind } from "../domain/media.ts";
import type { IdQuery, IdReport } from "../ids/port.ts";
import { fieldOf } from "./fields.ts";

/** Keys, and reports, of one request. */
const MOST = 1_000;

/** What a lookup may say; for whoever said something else. */
export const LOOKUP_FORMS = `say ?key=covers/a.jpg, with bot=SLUG and kind=KIND if need be, or POST {"keys":["covers/a.jpg",{"key":"b","bot":"main","kind":"photo"}]}, at most 1,000`;
/** What a report may say. */
export const REPORT_FORMS = `say {"reports":[{"type":"learned","key":"covers/a.jpg","bot":"main","kind":"photo","file_id":"...","file_unique_id":"...","etag":"...","bytes":123}]}, at most 1,000; type "dead" for an id that Telegram refuses`;

/** The query of an address, whose members come once each; null where it is none. */
export function queryIn(address: string): IdQuery | null {
  const said = [...new URL(address).searchParams];
  const once = Object.fromEntries(said);
  return Object.keys(once).length === said.length ? queryOf(once) : null;
}

/** The queries of a list of keys, in order; what is wrong where it is none. */
export function queriesOf(keys: unknown): IdQuery[] | string {
  if (!Array.isArray(keys)) return LOOKUP_FORMS;
  if (keys.length > MOST) return `${keys.length} keys: send at most 1,000 at once`;
  const queries = keys.map((each) => queryOf(typeof each === "string" ? { key: each } : each));
  const wrong = queries.indexOf(null);
  return wrong === -1 ? queries.filter((query) => query !== null) : `key ${wrong + 1}: ${LOOKUP_FORMS}`;
}

function queryOf(value: unknown): IdQuery | null {
  const [key, bot, kind] = [fieldOf(value, "key"), maybe(value, "bot"), maybe(value, "kind")];
  if (!isText(key) || !(bot === undefined || isText(bot))) return null;
  return isMaybeKind(kind) ? { key, bot, kind } : null;
}

/** The reports of a list; what is wrong where there is something that is none. */
export function reportsOf(list: unknown): IdReport[] | string {
  if (!Array.isArray(list)) return REPORT_FORMS;
  if (list.length > MOST) return `${list.length} reports: send at most 1,000 at once`;
  const reports: IdReport[] = [];
  for (const [at, value] of list.entries()) {
    const report = reportOf(value);
    if (typeof report === "string") return `report ${at + 1}: ${report}; ${REPORT_FORMS}`;
    reports.push(report);
  }
  return reports;
}

const text = (be: string) =>
  v.pipe(
    v.string(`must be ${be}`),
    v.check((value) => isText(value), `must be ${be}`),
  );
const maybeText = v.nullish(
  v.pipe(
    v.string("must be a text or null"),
    v.check(isKeptText, "must be a text without NUL or half characters"),
  ),
);
const kind = v.picklist(MEDIA_KINDS, `must be one of ${MEDIA_KINDS.join(", ")}`);
const size = v.custom<number>(
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  "must be a whole number or null",
);

const report = v.object(
  {
    type: v.picklist(["learned", "dead"], 'must be "learned" or "dead"'),
    key: text("the key of the object"),
    bot: v.nullish(text("a slug")),
    kind,
    stored_kind: v.nullish(kind),
    file_id: text("an id"),
    file_unique_id: maybeText,
    etag: maybeText,
    bytes: v.nullish(size),
  },
  "must be an object",
);

function reportOf(value: unknown): IdReport | string {
  const read = v.safeParse(report, value);
  if (!read.success) {
    const [issue] = read.issues;
    const name = issue.path?.[0]?.key;
    return name !== undefined && issue.input === undefined
      ? `${name} is missing`
      : `${name ?? "it"} ${issue.message}`;
  }
  const { stored_kind: storedKind, file_id: fileId, file_unique_id: unique, bot, ...said } = read.output;
  return {
    type: said.type,
    key: said.key,
    bot: bot ?? undefined,
    kind: said.kind,
    storedKind: storedKind ?? undefined,
    fileId,
    fileUniqueId: unique ?? null,
    etag: said.etag ?? null,
    bytes: said.bytes ?? null,
  };
}

/** A member; undefined also where it is null. */
function maybe(value: unknown, name: string): unknown {
  return fieldOf(value, name) ?? undefined;
}

/** A text with something in it that a ledger can hold. */
function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && isKeptText(value);
}

function isMaybeKind(value: unknown): value is MediaKind | undefined {
  return value === undefined || isMediaKind(value);
}
