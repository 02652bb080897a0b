import type { LeftLook, LookFacts, LookId, TaggedPost } from "../look-port.ts";
import { moments } from "./moments.ts";
import { WITH_CHATS } from "./neighbours.ts";
import { LAST_BEGUN } from "./rows.ts";
import { all, one, run, type Steps } from "./steps.ts";
import { type Store, stamp } from "./store.ts";

const BEGIN = `
  insert into prewarm_looks (attempt_id, bot_slug, chat_id, message_id, way, state, started_at, behind)
  values (:attempt, :bot, :chatId, :messageId, :way, 'asking', :now, (select max(id) from prewarm_attempts)) returning id`;

/** Others may have ended it, as one that a crash left: its copy is there all the same. */
const COPIED = `update prewarm_looks set copy_id = :copyId, state = 'asking', ended_at = null, ${LAST_BEGUN} where id = :look`;

const END =
  "update prewarm_looks set state = 'done', ended_at = iif(state = 'done', ended_at, :now) where id = :look";

const LEFT = `
  select id as look, attempt_id as attempt, bot_slug as bot, chat_id as chat, message_id as messageId, way,
    copy_id as copyId, behind, started_at
  from prewarm_looks where state = 'asking' and bot_slug in (select value from json_each(:bots)) order by id`;

const ORIGINALS = `${WITH_CHATS}
  select a.warmup_chat_id as chat, a.tag from chats join prewarm_attempts a on a.warmup_chat_id = chats.chat
  where a.message_id = :messageId and a.tag is not null`;

/** What a look asked for whose copy had this number. */
const COPIED_AS = `
  select distinct message_id as messageId from prewarm_looks
  where chat_id = :chatId and copy_id = :messageId and message_id <> :messageId`;
/** Copies of copies are followed so far. */
const COPIES = 5;

interface OriginalRow {
  readonly chat: string | number;
  readonly tag: string;
}

type LeftRow = Omit<LeftLook, "chatId" | "startedAt" | "origins" | "originals" | "behind"> & {
  readonly chat: string | number;
  readonly behind: number | bigint | string | null;
  readonly started_at: string;
};

/** Records a look before its first call. */
export function* beginLook({ now }: Store, look: LookFacts): Steps<LookId> {
  const row = yield* one<{ id: number }>(BEGIN, { ...look, now: stamp(now()) });
  if (!row) throw new Error("a look was not written");
  return row.id;
}

/** Records the copy that a forward made; a look that others have ended goes on. Throws for one that never began. */
export function* copied(look: LookId, copyId: number): Steps<void> {
  if ((yield* run(COPIED, { look, copyId })) === 0) throw new Error(`there is no look ${look}`);
}

/** Records that nothing is left of a look, also where others did. Throws for one that never began. */
export function* endLook({ now }: Store, look: LookId): Steps<void> {
  if ((yield* run(END, { look, now: stamp(now()) })) === 0) throw new Error(`there is no look ${look}`);
}

/** Returns the looks of these bots that were not ended, from the oldest on. */
export function* leftLooks(bots: readonly string[]): Steps<LeftLook[]> {
  const rows = yield* all<LeftRow>(LEFT, { bots: JSON.stringify(bots) });
  const looks: LeftLook[] = [];
  for (const { chat, started_at, ...look } of rows) {
    const chatId = String(chat);
    const isStray = look.way === "forward" && look.copyId === null;
    const origins = isStray ? yield* originsOf(chatId, Number(look.messageId)) : [];
    const originals = yield* originalsOf(origins);
    const { startedAt } = moments(started_at, null);
    const behind = Number(look.behind ?? look.attempt);
    looks.push({ ...look, behind, chatId, startedAt, origins, originals });
  }
  return looks;
}

/** The message that was asked for, and those of which that may be a copy which a look made, by their numbers in this chat. */
function* originsOf(chatId: string, messageId: number, deep = COPIES): Steps<number[]> {
  const copied = deep === 0 ? [] : yield* all<{ messageId: number }>(COPIED_AS, { chatId, messageId });
  const origins = [messageId];
  for (const from of copied) origins.push(...(yield* originsOf(chatId, Number(from.messageId), deep - 1)));
  return origins;
}

/** Messages of any bot: where nothing of its own is known, a bot copies that of another. */
function* originalsOf(origins: readonly number[]): Steps<TaggedPost[]> {
  const originals: TaggedPost[] = [];
  for (const messageId of origins)
    for (const { chat, tag } of yield* all<OriginalRow>(ORIGINALS, { messageId }))
      originals.push({ chatId: String(chat), messageId, tag });
  return originals;
}
