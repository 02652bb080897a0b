import { kindOfKey, type MediaKind } from "../domain/media.ts";
import type { IdQuery, WarmId } from "./port.ts";

/** What a ledger has for one bot, key and kind. `fileId` is null for an id that is dead, or not there. */
export interface KindRow {
  readonly kind: MediaKind;
  readonly status: string;
  readonly fileId: string | null;
  readonly weak: boolean;
  readonly reason: string | null;
}

/**
 * Returns the id that is to be sent: of the kind that is asked for, else of the key's extension, else one that is not weak,
 * else any. A photo that came back as a document is found as one.
 */
export function pick(rows: readonly KindRow[], { key, kind }: IdQuery): WarmId | null {
  if (rows.length === 0) return null;
  if (kind !== undefined) return ofKind(rows, kind);
  const own = kindOfKey(key);
  const ids = rows.map(idOf).filter((id) => id !== null);
  return (own && ofKind(rows, own)) ?? ids.find(({ weak }) => !weak) ?? ids[0] ?? null;
}

function ofKind(rows: readonly KindRow[], kind: MediaKind): WarmId | null {
  const row = rows.find((each) => each.kind === kind);
  if (row === undefined) return null;
  const cameBack = kind !== "document" && row.status === "error" && row.reason === "came_back_as_document";
  return cameBack ? ofKind(rows, "document") : idOf(row);
}

function idOf({ kind, status, fileId, weak }: KindRow): WarmId | null {
  return status === "ready" && fileId !== null ? { fileId, kind, weak } : null;
}
