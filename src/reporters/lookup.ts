import type { WarmId } from "../ids/port.ts";
import type { KeyIds, RowOfLookup } from "../ledgers/lookup-rows.ts";
import { cut, oneLine } from "./format.ts";
import { type Canvas, table } from "./table.ts";

interface FoundIds {
  readonly key: string;
  readonly object: KeyIds | null;
  readonly rows: readonly RowOfLookup[];
  readonly near: readonly string[];
  /** What a bot gets that asks now. */
  readonly answer: WarmId | null;
}

/** What `prewarm lookup --json` prints. Moments are UTC text, as in the tables. */
export function lookupDocument({ key, object, rows, near, answer }: FoundIds) {
  return {
    key,
    etag: object?.etag ?? null,
    bytes: object?.bytes ?? null,
    sha256: object?.content ?? null,
    answer: answer && { file_id: answer.fileId, kind: answer.kind, weak: answer.weak },
    rows: rows.map((row) => ({
      bot: row.bot,
      kind: row.kind,
      state: row.state,
      weak: row.state === "weak",
      file_id: row.fileId,
      file_unique_id: row.fileUniqueId,
      chat_id: row.chatId,
      message_id: row.messageId,
      warmup_at: row.warmedAt,
      dead_at: row.deadAt,
      reason: row.reason,
      message: row.message,
      updated_at: row.updatedAt,
    })),
    near,
  };
}

/** The rows of a key as a table; below it each id on a line of its own, so that it can be copied. */
export function lookupText({ rows, answer }: FoundIds, canvas: Canvas): string {
  const cells = rows.map((row) => [
    oneLine(row.bot),
    row.kind,
    row.state,
    row.warmedAt ?? "",
    cut(oneLine(row.reason ?? row.message ?? ""), 40),
  ]);
  const drawn = table(["bot", "kind", "state", "since (UTC)", "why"], cells, canvas);
  const ids = rows.flatMap(({ bot, kind, fileId, state }) =>
    fileId === null || state === "dead" ? [] : [`${oneLine(bot)} ${kind} ${oneLine(fileId)}`],
  );
  const learned = answer && !rows.some(({ fileId }) => fileId === answer.fileId) ? [learnedLine(answer)] : [];
  return `${[...(rows.length > 0 ? [drawn] : []), ...ids, ...learned].join("\n")}\n`;
}

/** An id that the ledger has not taken over yet. */
function learnedLine({ kind, fileId }: WarmId): string {
  return `reported by a bot: ${kind} ${oneLine(fileId)}`;
}
