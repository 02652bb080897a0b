import type { World } from "./world.ts";

const ATTEMPTS = `
  select id, bot_slug, r2_key, sha256, kind, owner, state, warmup_chat_id, message_id, tag, started_at, ended_at, error_reason,
    pack_id, pack_index, purpose
  from prewarm_attempts order by id`;
const ROWS =
  "select bot_slug, sha256, kind, status, error_reason, tg_file_id from media_cache order by rowid";
const PROOFS = "select bot_slug, scope, what, result, evidence from prewarm_proofs order by rowid";
const LOOKS =
  "select id, attempt_id, chat_id, message_id, way, copy_id, state, started_at from prewarm_looks order by id";

/** What happened in a world, and how its ledger and its chats stand: the same for two plays in which the same happened. */
export function traceOf({ wires, deaths, disk, telegram }: World): string {
  const processes = new Map<object, number>();
  const numberOf = (by: object) => processes.get(by) ?? processes.set(by, processes.size + 1).size;
  const calls = wires.calls.map(({ by, bot, method, chat, message, startedAt, fault, kinds }) =>
    [
      startedAt,
      `process ${numberOf(by)}`,
      bot,
      method,
      chat,
      message,
      kinds.length > 1 && `${kinds.length} media`,
      fault,
    ]
      .filter(Boolean)
      .join(" "),
  );
  const died = deaths.map(({ at, by, place }) => `${at} process ${numberOf(by)} died ${place}`);
  const rows = [ATTEMPTS, ROWS, LOOKS, PROOFS].flatMap((sql) =>
    disk.rows(sql).map((row) => JSON.stringify(row)),
  );
  const messages = telegram.messages.all.map(({ chat, by, caption, origin, numbers, isDeleted }) => {
    const what = origin === null ? "posted" : "copied";
    return `${[...numbers.values()]} in ${chat} ${what} by ${by} ${caption}${isDeleted ? ", deleted" : ""}`;
  });
  return [...calls, ...died, ...rows, ...messages].join("\n");
}
