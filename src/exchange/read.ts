import { isKeptText } from "../domain/kept-text.ts";
import { isMediaKind, MEDIA_KINDS } from "../domain/media.ts";
import { isReason } from "../domain/reasons.ts";
import { EXPORT_COLUMNS, type LedgerRow } from "../ledgers/columns.ts";
import type { ImportLine } from "../ledgers/importing.ts";
import { type RawEntry, shown } from "../sources/manifest-entry.ts";
import { cellText } from "./csv-cells.ts";

/** A line that is wrong, and why. */
export interface BadLine {
  readonly where: string;
  readonly problem: string;
}

type Value = LedgerRow[keyof LedgerRow];
type Names = keyof typeof EXPORT_COLUMNS;

interface ReadContext {
  /** Values are cells of csv. */
  readonly isCsv: boolean;
  /** UTC text, for moments that a line does not name. */
  readonly now: string;
}

/**
 * Reads one line of a file to be imported: as `prewarm export` writes it, or by hand with the columns that there are. An id needs
 * `bot`, `kind`, `bot_id`, and what says which content it is of: `sha256`, or `etag` and `bytes`. Unknown columns are
 * passed over.
 */
export function readLine(raw: RawEntry, context: ReadContext): ImportLine | BadLine {
  const { where } = raw;
  if ("problem" in raw) return { where, problem: raw.problem };
  if (typeof raw.value !== "object" || raw.value === null || Array.isArray(raw.value))
    return { where, problem: `must be an object such as {"key":"a.jpg"}, not ${shown(raw.value)}` };
  const said = raw.value as Readonly<Record<string, unknown>>;
  const problems: string[] = [];
  const values = (Object.keys(EXPORT_COLUMNS) as Names[]).map((name): [string, Value] => {
    const value = readValue(said[name], name, context.isCsv);
    if (value !== undefined) return [name, value];
    problems.push(`${name} must be ${formOf(name, said[name])}, not ${shown(said[name])}`);
    return [name, null];
  });
  const row = completed(Object.fromEntries(values) as LedgerRow, context.now);
  problems.push(...problemsOf(row));
  return problems.length > 0 ? { where, problem: problems.join("; ") } : { where, row };
}

const FORMS = { text: "a text", whole: "a whole number", number: "a number", flag: "true or false" } as const;

function formOf(name: Names, value: unknown): string {
  const form = EXPORT_COLUMNS[name];
  const odd = form === "text" && typeof value === "string" ? " without NUL or half characters" : "";
  return FORMS[form] + odd;
}

/** Undefined for what cannot be read as this column is. */
function readValue(value: unknown, name: Names, isCsv: boolean): Value | undefined {
  if (value === undefined || value === null) return null;
  const form = EXPORT_COLUMNS[name];
  if (form === "flag") return flagOf(value);
  if (form !== "text") return numberOf(value, form === "whole");
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== "string" || !isKeptText(value)) return undefined;
  return isCsv ? cellText(value) : value;
}

/** Spreadsheets write TRUE and FALSE. */
function flagOf(value: unknown): boolean | undefined {
  const text = String(value).toLowerCase();
  if (text === "true" || text === "1") return true;
  return text === "false" || text === "0" ? false : undefined;
}

function numberOf(value: unknown, isWhole: boolean): number | undefined {
  const number = typeof value === "string" && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) return undefined;
  return isWhole && !Number.isSafeInteger(number) ? undefined : number;
}

/** What a line by hand leaves out. */
function completed(row: LedgerRow, now: string): LedgerRow {
  const { kind, status, file_id, created_at, updated_at, api_root, endpoint } = row;
  return {
    ...row,
    status: status ?? (file_id === null ? "warming" : "ready"),
    retry_count: row.retry_count ?? 0,
    created_at: created_at ?? now,
    updated_at: updated_at ?? created_at ?? now,
    object_kind: row.object_kind ?? kind,
    object_created_at: row.object_created_at ?? now,
    object_updated_at: row.object_updated_at ?? row.object_created_at ?? now,
    api_root: api_root === null ? null : bare(api_root),
    endpoint: endpoint === null ? null : bare(endpoint),
  };
}

function bare(url: string): string {
  return url.replace(/\/+$/, "");
}

const STATUSES = ["warming", "ready", "error", "unknown"];
const KEY_BYTES = 1024;

function problemsOf(row: LedgerRow): string[] {
  const { key, bot, kind, object_kind, status, file_id, bot_id, sha256, etag, bytes } = row;
  const isRow = bot !== null;
  const checks: readonly (readonly [isWrong: boolean, problem: string])[] = [
    [key === null && !(isRow && sha256 !== null), "key is missing"],
    [key === "" || Buffer.byteLength(key ?? "") > KEY_BYTES, `key must be a text of 1 to ${KEY_BYTES} bytes`],
    [!isRow && file_id !== null, "bot is missing: an id serves only the bot that it was made by"],
    [isRow && !isMediaKind(kind), `kind must be one of ${MEDIA_KINDS.join(", ")}, not ${shown(kind)}`],
    [key !== null && !isMediaKind(object_kind), "object_kind (or kind) is missing, or is no kind"],
    [!STATUSES.includes(status ?? ""), `status must be one of ${STATUSES.join(", ")}, not ${shown(status)}`],
    [status === "ready" && isRow && !file_id, "file_id is missing in a row that is ready"],
    [
      Boolean(file_id) && bot_id === null,
      "bot_id is missing: the number before the colon of the bot's token",
    ],
    [
      row.error_reason !== null && !isReason(row.error_reason),
      `error_reason ${shown(row.error_reason)} is none`,
    ],
    [row.shown_as !== null && !isJson(row.shown_as), "shown_as must be JSON"],
    [bot_id !== null && !/^\d+$/.test(bot_id), `bot_id must be a number, not ${shown(bot_id)}`],
    [
      isRow && sha256 === null && (etag === null || bytes === null),
      "sha256 is missing, and so is etag or bytes: what content this is of cannot be told",
    ],
  ];
  return [...checks.flatMap(([isWrong, problem]) => (isWrong ? [problem] : [])), ...strangeMoments(row)];
}

/** As every table has them: a date with the year first, or seconds or milliseconds; not what a spreadsheet makes of it. */
const MOMENT = /^(?:\d{4}-\d\d-\d\d|\d{9,}(?:\.\d+)?$|$)/;

function strangeMoments(row: LedgerRow): string[] {
  const moments = Object.entries(row).filter(([name, value]) => name.endsWith("_at") && value !== null);
  return moments.flatMap(([name, value]) =>
    MOMENT.test(String(value))
      ? []
      : [`${name} must be a moment such as 2026-01-31 12:30:00, not ${shown(value)}`],
  );
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}
