import type { MediaKind } from "../../domain/media.ts";
import type { Shown } from "../../domain/shown.ts";
import type { PostedMessage, PostedQuery } from "../adopt-port.ts";
import { hasId, standsAsDocument } from "./rows.ts";
import { all, type Steps } from "./steps.ts";

const POSTED = `
  select found.*, t.tag, t.pack_id as pack from (
    select asked.key as at, c.warmup_chat_id as chat, c.warmup_message_id as message, c.tg_file_unique_id as fileUniqueId,
      c.shown_as as shown, (select max(a.id) from prewarm_attempts a where a.warmup_chat_id = c.warmup_chat_id
        and a.message_id = c.warmup_message_id and a.state = 'ready') as attempt
    from json_each(:contents) asked join media_cache c on c.bot_slug = :bot and c.sha256 = asked.value
    where ${hasId("c")} and c.warmup_chat_id is not null and c.warmup_message_id is not null
    and (c.kind = :kind or c.kind = 'document' and exists (select 1 from media_cache p
      where p.bot_slug = :bot and p.sha256 = c.sha256 and p.kind = :kind and ${standsAsDocument("p")}))) found
  left join prewarm_attempts t on t.id = found.attempt`;

interface Row {
  readonly at: number | string;
  readonly chat: string | number;
  readonly message: string | number;
  readonly fileUniqueId: string | null;
  readonly shown: string | null;
  readonly attempt: number | null;
  readonly tag: string | null;
  readonly pack: string | null;
}

/** Returns by which message this bot has an id that works, one answer for each. */
export function* posted(bot: string, asked: readonly PostedQuery[]): Steps<(PostedMessage | null)[]> {
  const found = new Map<PostedQuery, PostedMessage>();
  for (const kind of new Set(asked.map((each) => each.kind))) {
    const ofKind = asked.filter((each) => each.kind === kind);
    for (const row of yield* rowsOf(bot, kind, ofKind)) {
      const query = ofKind[Number(row.at)];
      if (query) found.set(query, messageOf(row));
    }
  }
  return asked.map((each) => found.get(each) ?? null);
}

function rowsOf(bot: string, kind: MediaKind, asked: readonly PostedQuery[]) {
  const contents = JSON.stringify(asked.map(({ content }) => content));
  return all<Row>(POSTED, { bot, kind, contents });
}

function messageOf({ chat, message, fileUniqueId, shown, attempt, tag, pack }: Row): PostedMessage {
  return {
    chatId: String(chat),
    messageId: Number(message),
    fileUniqueId,
    shown: shown === null ? {} : (JSON.parse(shown) as Shown),
    caption: attempt === null ? null : { tag },
    inPack: pack !== null,
  };
}

/** Slugs of the bots that have an id. */
export function* posters(): Steps<string[]> {
  const sql = `select distinct bot_slug as bot from media_cache c where ${hasId("c")} order by 1`;
  return (yield* all<{ bot: string }>(sql)).map(({ bot }) => bot);
}
