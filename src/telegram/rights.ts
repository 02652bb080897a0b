import { type Failure, failure } from "../domain/failure.ts";
import { isRecord } from "./answer.ts";
import type { ChatInfo, MessageRights } from "./port.ts";

/** The fields of ChatMember that matter here (core.telegram.org/bots/api#chatmember). */
interface ChatMember {
  readonly status: string;
  readonly can_post_messages?: boolean;
  readonly can_edit_messages?: boolean;
  readonly can_send_photos?: boolean;
  readonly can_send_videos?: boolean;
  readonly can_send_audios?: boolean;
  readonly can_send_documents?: boolean;
  readonly can_send_voice_notes?: boolean;
  readonly is_member?: boolean;
}

/** Reads a member of a chat; null for what is none. */
export function memberIn(value: unknown): ChatMember | null {
  return isRecord(value) && typeof value.status === "string" ? (value as unknown as ChatMember) : null;
}

const SENDING = [
  "can_send_photos",
  "can_send_videos",
  "can_send_audios",
  "can_send_documents",
  "can_send_voice_notes",
] as const;

/** Returns why a bot may not post media in a chat, or null when it may (a single kind may still be forbidden). */
export function whyNotPost(member: ChatMember, chat: ChatInfo): Failure | null {
  const where = `${chat.type} "${chat.title}" (${chat.id})`;
  if (member.status === "kicked") return failure("bot_kicked", `the bot was kicked from the ${where}`);
  if (member.status === "left") return failure("bot_not_member", `the bot is not a member of the ${where}`);
  if (chat.type === "channel" && !(member.status === "creator" || member.can_post_messages === true))
    return failure("no_rights", `the bot may not post in the ${where}`);
  if (member.status !== "restricted") return null;
  if (member.is_member === false) return failure("bot_not_member", `the bot is not a member of the ${where}`);
  return SENDING.some((right) => member[right] === true)
    ? null
    : failure("no_rights", `the bot may not send media in the ${where}`);
}

/** What a member of a chat may do with messages there. */
export function messageRights(member: ChatMember, { type }: ChatInfo): MessageRights {
  return {
    editsOthers: type === "channel" && (member.status === "creator" || member.can_edit_messages === true),
  };
}
