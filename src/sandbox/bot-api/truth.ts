import type { BotIdentity } from "./bots.ts";
import { mainId } from "./media-member.ts";
import type { Posted, PostedWay } from "./posted.ts";
import { mediaOf } from "./rich-pack.ts";
import type { StoredFile } from "./stored-file.ts";
import type { StoredKind } from "./stored-kind.ts";
import type { BotApiWorld } from "./world.ts";

/** A message that was really posted, as `GET /sandbox/truth` returns it. */
export interface TruthRow {
  /** Numeric id of the bot, as text and as number; null where a person posted. */
  readonly bot: string | null;
  readonly bot_id: number | null;
  readonly username: string | null;
  /** Username of the bot, or name of the person. */
  readonly posted_by: string;
  readonly chat_id: number;
  readonly message_id: number;
  /** The kind it really has. */
  readonly kind: StoredKind | "text";
  readonly method: string;
  readonly transfer: PostedWay;
  /** Size of the file, also where only its id was sent. */
  readonly bytes: number | null;
  /** Bytes of media that came to the server for this message: 0 by file_id, and by a URL that is remembered. */
  readonly bytes_moved: number;
  /** In hex, of the received bytes. */
  readonly sha256: string | null;
  readonly mime: string | null;
  readonly file_name: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly duration: number | null;
  /** Of the largest size of a photo; ids are those of the bot that posted. */
  readonly file_id: string | null;
  readonly file_unique_id: string | null;
  /** Milliseconds of the sandbox's clock since its start. */
  readonly at: number;
  readonly at_unix: number;
  readonly deleted: boolean;
  /** As it stands now; null without one. */
  readonly caption: string | null;
  /** How often it was edited, and when last. */
  readonly edits: number;
  readonly edited_unix: number | null;
  /** Of a forward: the message that was posted first. */
  readonly forward_of: { readonly chat_id: number; readonly message_id: number } | null;
  /** What else the sender gave (`caption`, `text`, `reply_markup`, `protect_content` and so on), as it was sent. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Of a medium of a rich message: its number, and which of its media this is, from 0. Null for any other message. */
  readonly pack: number | null;
  readonly pack_index: number | null;
}

/** Returns every message posted since the start or the last reset, in order, also those deleted since. */
export function truthOf(world: BotApiWorld): TruthRow[] {
  return world.posted.list().flatMap((posted) => rowsOf(posted, world));
}

/** A rich message has a row for each of its media. */
function rowsOf(posted: Posted, world: BotApiWorld): TruthRow[] {
  const media = posted.pack === null ? [] : mediaOf(posted.pack);
  if (media.length === 0) return [rowOf(posted, posted.file, world)];
  return media.map(({ file, way, moved, caption }, pack_index) => ({
    ...rowOf(posted, file, world),
    transfer: posted.origin === null ? way : "forward",
    bytes_moved: posted.origin === null ? moved : 0,
    caption: caption || null,
    pack: posted.messageId,
    pack_index,
  }));
}

function rowOf(posted: Posted, file: StoredFile | null, world: BotApiWorld): TruthRow {
  const { by, chat, origin } = posted;
  const { bot } = by;
  return {
    bot: bot && String(bot.id),
    bot_id: bot?.id ?? null,
    username: bot?.username ?? null,
    posted_by: by.name,
    chat_id: chat.id,
    message_id: posted.messageId,
    kind: file?.kind ?? "text",
    method: posted.method,
    transfer: posted.way,
    bytes_moved: posted.moved,
    ...fileMembers(file, by.bot, world),
    at: posted.at,
    at_unix: posted.wall,
    deleted: posted.deleted,
    caption: posted.frame.caption || null,
    edits: posted.edits.length,
    edited_unix: posted.edits.at(-1) ?? null,
    forward_of: origin && { chat_id: origin.chat.id, message_id: origin.messageId },
    parameters: posted.parameters,
    pack: null,
    pack_index: null,
  };
}

function fileMembers(file: StoredFile | null, bot: BotIdentity | null, world: BotApiWorld) {
  const ids = file && bot && mainId(file, bot, world.files.ids);
  return {
    bytes: file?.bytes ?? null,
    sha256: file?.sha256 ?? null,
    mime: file?.mime ?? null,
    file_name: file?.name ?? null,
    width: file?.width ?? null,
    height: file?.height ?? null,
    duration: file?.duration ?? null,
    file_id: ids?.fileId ?? null,
    file_unique_id: ids?.fileUniqueId ?? null,
  };
}
