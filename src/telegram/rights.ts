import { type Failure, failure } from "../domain/failure.ts";
import type { ChatInfo } from "./port.ts";

/** The members of ChatMember that decide (core.telegram.org/bots/api#chatmember). */
interface Member {
  readonly status: string;
  readonly can_post_messages?: boolean;
  readonly can_send_photos?: boolean;
  readonly can_send_videos?: boolean;
  readonly can_send_audios?: boolean;
  readonly can_send_documents?: boolean;
  readonly can_send_voice_notes?: boolean;
  readonly is_member?: boolean;
}

const SENDING = [
  "can_send_photos",
  "can_send_videos",
  "can_send_audios",
  "can_send_documents",
  "can_send_voice_notes",
] as const;

/** Why a bot may not post media in a chat; null when it may (a single kind may still be forbidden). */
export function whyNotPost(member: Member, chat: ChatInfo): Failure | null {
  const place = `${chat.type} "${chat.title}" (${chat.id})`;
  if (member.status === "kicked") return failure("bot_kicked", `the bot was kicked from the ${place}`);
  if (member.status === "left") return failure("bot_not_member", `the bot is not a member of the ${place}`);
  if (chat.type === "channel" && !(member.status === "creator" || member.can_post_messages === true))
    return failure("no_rights", `the bot may not post in the ${place}`);
  if (member.status !== "restricted") return null;
  if (member.is_member === false) return failure("bot_not_member", `the bot is not a member of the ${place}`);
  return SENDING.some((right) => member[right] === true)
    ? null
    : failure("no_rights", `the bot may not send media in the ${place}`);
}
