import type { AskedRow, LostCall, LostState } from "../look-port.ts";
import type { AttemptId } from "../port.ts";
import { resolve } from "./content.ts";
import { moments } from "./moments.ts";
import { all, run, type Steps } from "./steps.ts";

const LOST = `
  select a.id as attempt, a.bot_slug as bot, a.sha256 as content, a.kind, a.r2_key as key, a.warmup_chat_id as chat,
    case when a.pack_id is null then a.tag end as tag,
    a.started_at, a.ended_at, a.error_reason as reason, a.state
  from prewarm_attempts a indexed by prewarm_attempts_content
  where a.sha256 = :content and a.bot_slug = :bot and a.kind = :kind and a.state in ('unknown', 'absent', 'unchecked')
  order by a.id`;

const CLOSE = `
  update prewarm_attempts set state = :state where id = :attempt and state in ('unknown', 'absent', 'unchecked')`;

type LostRow = Omit<LostCall, "chatId" | "startedAt" | "endedAt"> & {
  readonly chat: string | number | null;
  readonly started_at: string;
  readonly ended_at: string | null;
};

/** Returns the lost calls of each of these rows, from the oldest on. */
export function* lostCalls(rows: readonly AskedRow[]): Steps<LostCall[][]> {
  const calls: LostCall[][] = [];
  for (const { bot, content, kind } of rows) {
    const lost = yield* all<LostRow>(LOST, { bot, kind, content: yield* resolve(content) });
    calls.push(lost.map(lostCallOf));
  }
  return calls;
}

function lostCallOf({ chat, started_at, ended_at, ...call }: LostRow): LostCall {
  return { ...call, chatId: chat === null ? null : String(chat), ...moments(started_at, ended_at) };
}

/** Records what was decided of a lost call. Throws where it is none. */
export function* closeLost(attempt: AttemptId, state: LostState): Steps<void> {
  if ((yield* run(CLOSE, { attempt, state })) === 0) throw new Error(`attempt ${attempt} is not lost`);
}
