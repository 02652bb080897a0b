import type { AttemptId } from "../port.ts";
import type { LostProbe, ProbePost } from "../probe-port.ts";
import { moments } from "./moments.ts";
import { all, one, type Steps } from "./steps.ts";
import { type Store, stamp } from "./store.ts";

/** A canary of no content. */
const BEGIN = `
  insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, warmup_chat_id, owner, attempt, state, started_at, tag, purpose)
  values (:bot, 'probe:' || :tag, :kind, '', :chatId, :owner, 1, 'sending', :now, :tag, 'canary') returning id`;

/** Those have no key, which is how they are found among all attempts. */
const LOST = `
  select id as attempt, bot_slug as bot, kind, warmup_chat_id as chat, tag, started_at, ended_at, last_begun as lastBegun
  from prewarm_attempts where r2_key = '' and purpose = 'canary' and state = 'unknown' and tag is not null
    and bot_slug in (select value from json_each(:bots)) order by id`;

type LostRow = Omit<LostProbe, "chatId" | "startedAt" | "endedAt"> & {
  readonly chat: string | number;
  readonly started_at: string;
  readonly ended_at: string | null;
};

/** Records that a message of a probe is about to be posted. */
export function* beginProbe({ now, owner }: Store, post: ProbePost): Steps<AttemptId> {
  const row = yield* one<{ id: number }>(BEGIN, { ...post, owner, now: stamp(now()) });
  if (!row) throw new Error("a message of a probe was not written");
  return row.id;
}

/** Returns the messages of probes and canaries whose answers were lost, and that are known by a tag, the oldest first. */
export function* lostProbes(bots: readonly string[]): Steps<LostProbe[]> {
  const rows = yield* all<LostRow>(LOST, { bots: JSON.stringify(bots) });
  return rows.map(({ chat, started_at, ended_at, ...row }) => ({
    ...row,
    lastBegun: row.lastBegun === null ? null : Number(row.lastBegun),
    chatId: String(chat),
    ...moments(started_at, ended_at),
  }));
}
