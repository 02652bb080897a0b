import type { MediaKind } from "../domain/media.ts";
import { isShortId, storedAs } from "../domain/stored-as.ts";
import type { KindRow } from "./pick.ts";

/** What a bot reported of a key. */
export interface ReportOfKey {
  readonly type: "learned" | "dead";
  readonly kind: MediaKind;
  readonly storedKind?: MediaKind | undefined;
  readonly fileId: string;
  readonly fileUniqueId: string | null;
}

/**
 * Returns the rows of a ledger for a key as they are with what bots reported of it. An id that a bot learned stands where the
 * ledger has none, or one that a bot found dead. That an id is dead is not taken from bots alone: without another one it
 * stays, until Telegram was asked.
 */
export function withReports(rows: readonly KindRow[], reports: readonly ReportOfKey[]): readonly KindRow[] {
  if (reports.every(({ type }) => type === "dead")) return rows;
  const dead = new Set(reports.filter(({ type }) => type === "dead").map(({ fileId }) => fileId));
  const works = ({ status, fileId }: KindRow) => status === "ready" && fileId !== null && !dead.has(fileId);
  const working = rows.filter(works).map(({ kind }) => kind);
  const isThere = ({ kind, storedKind = kind }: ReportOfKey) =>
    working.includes(kind) || working.includes(storedAs(kind, storedKind));
  const learned = reports.filter((report) => report.type === "learned" && !isThere(report));
  const fresh = learned.flatMap(rowsOfLearned);
  const replaced = new Set(fresh.map(({ kind }) => kind));
  return [...rows.filter(({ kind }) => !replaced.has(kind)), ...fresh];
}

/** As a ledger has it: the id under the kind that it has, and beside it what became of the kind that was asked for. */
function rowsOfLearned({
  kind: asked,
  storedKind: came = asked,
  fileId,
  fileUniqueId,
}: ReportOfKey): KindRow[] {
  const kind = storedAs(asked, came);
  const weak = came !== asked || isShortId(fileUniqueId);
  const row: KindRow = { kind, status: "ready", fileId, weak, reason: null };
  if (kind === asked) return [row];
  return [row, { kind: asked, status: "error", fileId: null, weak, reason: "came_back_as_document" }];
}
