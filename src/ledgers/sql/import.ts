import { isProvisional, namesContent, provisionalId } from "../../domain/content.ts";
import type { LedgerRow } from "../columns.ts";
import { type ImportPortion, type LineOf, worthOf } from "./import-portion.ts";
import type { RowThere } from "./import-there.ts";
import type { Steps } from "./steps.ts";

/** What became of a line: see `ImportCounts`. */
export type LineEnd = "added" | "replaced" | "same" | "kept" | "none";

/** Takes one line into a portion: its key, then its row. */
export function* takeLine(portion: ImportPortion, row: LedgerRow, force: boolean): Steps<LineEnd> {
  const unread = contentOf(row);
  const line = { ...row, content: unread === null ? null : yield* portion.resolve(unread) };
  if (line.key !== null && !(yield* takeKey(portion, line.key, line, force))) return "kept";
  return line.bot === null || line.content === null ? "none" : yield* takeRow(portion, line, force);
}

/** The content that a line is of, by what it says of it alone. */
export function contentOf({ key, sha256, etag, bytes }: LedgerRow): string | null {
  if (sha256 !== null) return sha256;
  return key === null || etag === null || bytes === null ? null : provisionalId({ key, etag, bytes });
}

/** False where the key stays with other content: one that somebody serves now. */
function* takeKey(portion: ImportPortion, key: string, line: LineOf, force: boolean): Steps<boolean> {
  const { content, etag, bytes } = line;
  const old = yield* portion.key(key);
  const differs = old !== undefined && old !== content;
  if (differs && content === null) return false;
  if (differs && old !== null && !(force && line.file_id !== null))
    if (yield* portion.serves(old)) return false;
  if (old === undefined || differs) yield* portion.putKey(key, line);
  if (content === null || etag === null || bytes === null) return true;
  if (!isProvisional(content) && namesContent(etag))
    yield* portion.putAlias(provisionalId({ key, etag, bytes }), content);
  return true;
}

function* takeRow(portion: ImportPortion, line: LineOf, force: boolean): Steps<LineEnd> {
  const old = yield* portion.row(line);
  if (old !== undefined && isSame(old, line)) return "same";
  if (old !== undefined && !gives(old, line, force)) return "kept";
  yield* portion.putRow(line);
  return old === undefined ? "added" : "replaced";
}

/** Whether a row gives way to a line: to one that is worth more, or, by force, as much. */
function gives(old: RowThere, line: LineOf, force: boolean): boolean {
  const [mine, theirs] = [old.worth, worthOf(line)];
  if (old.underWay && theirs === 0) return false;
  return theirs > mine || (force && theirs === mine);
}

function isSame(old: RowThere, { file_id, status, dead_at }: LedgerRow): boolean {
  const isDead = old.worth === 1;
  return (
    old.fileId === file_id && old.status === status && (old.worth === 0 || isDead === (dead_at !== null))
  );
}
