import { LostCallDecided } from "../../domain/shared-work.ts";
import type { AskedRow, LostCall, LostPack, LostState } from "../look-port.ts";
import type { AttemptId } from "../port.ts";
import { resolve } from "./content.ts";
import { moments } from "./moments.ts";
import { all, one, run, type Steps } from "./steps.ts";

const LOST_STATES = "'unknown', 'absent', 'unchecked'";

/** SQL: the attempts of the message of several media that attempt `a` is of. */
const MATES = `from prewarm_attempts m where m.pack_id = a.pack_id and m.bot_slug = a.bot_slug
      and m.warmup_chat_id = a.warmup_chat_id`;

const LOST = `
  select a.id as attempt, a.bot_slug as bot, a.sha256 as content, a.kind, a.r2_key as key, a.bytes, a.warmup_chat_id as chat,
    a.tag, a.started_at, a.ended_at, a.last_begun as lastBegun, a.error_reason as reason, a.state, a.pack_id as pack, a.pack_index as packIndex,
    (select max(m.message_id) ${MATES}) as packMessage,
    (select count(*) ${MATES} and m.state in (${LOST_STATES})) as packLost
  from prewarm_attempts a indexed by prewarm_attempts_content
  where a.sha256 = :content and a.bot_slug = :bot and a.kind = :kind and a.state in (${LOST_STATES})
  order by a.id`;

const UNTRIED = `
  select 1 from prewarm_attempts a indexed by prewarm_attempts_content
  where a.sha256 = :content and a.bot_slug = :bot and a.kind = :kind and a.state = 'unproved' limit 1`;

const CLOSE = `
  update prewarm_attempts set state = :state where id = :attempt and state in (${LOST_STATES})`;

type LostRow = Omit<LostCall, "chatId" | "startedAt" | "endedAt" | "pack"> & {
  readonly pack: string | null;
  readonly packIndex: number | null;
  readonly packMessage: number | null;
  readonly packLost: number;
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

/** Returns for which of these rows an id that came in a pack waits to be tried. */
export function* waitsUntried(rows: readonly AskedRow[]): Steps<boolean[]> {
  const waits: boolean[] = [];
  for (const { bot, content, kind } of rows)
    waits.push((yield* one(UNTRIED, { bot, kind, content: yield* resolve(content) })) !== undefined);
  return waits;
}

function lostCallOf(row: LostRow): LostCall {
  const { chat, started_at, ended_at, packIndex: _, packMessage: __, packLost: ___, ...call } = row;
  const chatId = chat === null ? null : String(chat);
  const lastBegun = row.lastBegun === null ? null : Number(row.lastBegun);
  return { ...call, lastBegun, chatId, pack: packOf(row), ...moments(started_at, ended_at) };
}

function packOf({ pack, packIndex, packMessage, packLost }: LostRow): LostPack | null {
  if (pack === null || packIndex === null) return null;
  const messageId = packMessage === null ? null : Number(packMessage);
  return { id: pack, index: packIndex, messageId, lost: Number(packLost) };
}

/** Records what was decided of a lost call. Throws where it is none. */
export function* closeLost(attempt: AttemptId, state: LostState): Steps<void> {
  if ((yield* run(CLOSE, { attempt, state })) === 0) throw new LostCallDecided(attempt);
}
