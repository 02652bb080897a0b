import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import { type BotIdentity, userOf } from "./bots.ts";
import { type Chat, mayEditOthers } from "./chats.ts";
import type { BotApiWorld, MethodCall } from "./world.ts";

/** Returns a chat as in a `Message` or `ChatMember`. */
export function chatOf(chat: Chat) {
  const { id, type, title, username } = chat;
  const name = type === "private" ? { first_name: title } : { title };
  return { id, ...name, ...(username === null ? {} : { username }), type };
}

/** getMe. */
export function getMe({ bot }: MethodCall): Answered<unknown> {
  return answered({
    ...userOf(bot),
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
  });
}

/** getChat. */
export function getChat({ bot, fields }: MethodCall, world: BotApiWorld): Answered<unknown> {
  const found = world.chats.open(fields.get("chat_id"), bot);
  if (!found.ok) return found;
  return answered({
    ...chatOf(found.value),
    accent_color_id: 0,
    max_reaction_count: 11,
    ...protection(found.value),
  });
}

function protection({ guarded }: Chat): Record<string, unknown> {
  return guarded ? { has_protected_content: true } : {};
}

/** getChatMember, for the sandbox's own bots only. For a bot that was kicked or has left it returns that status. */
export function getChatMember({ fields }: MethodCall, world: BotApiWorld): Answered<unknown> {
  const name = fields.get("chat_id");
  if (name === null || name === "") return refused(badRequest("chat_id is empty"));
  const user = fields.get("user_id") ?? "";
  if (!/^\d+$/.test(user)) return refused(badRequest("invalid user_id specified"));
  const chat = world.chats.find(name);
  if (chat === undefined) return refused(badRequest("chat not found"));
  const bot = world.bots.find(user);
  if (bot === undefined) return refused(badRequest("user not found"));
  const open = world.chats.open(name, bot);
  if (!open.ok && (chat.deleted || chat.migratedTo !== null)) return open;
  return answered({ user: userOf(bot), ...statusOf(chat, bot) });
}

function statusOf(chat: Chat, bot: BotIdentity): Record<string, unknown> {
  const membership = chat.membership.get(bot.id) ?? "left";
  if (membership === "kicked") return { status: "kicked", until_date: 0 };
  if (membership === "left") return { status: "left" };
  if (chat.type === "channel") return administrator(chat, bot);
  const limited = chat.type === "supergroup" && (chat.readOnly || chat.restricted.size > 0);
  return limited ? restricted(chat) : { status: "member" };
}

function administrator(chat: Chat, bot: BotIdentity): Record<string, unknown> {
  return {
    status: "administrator",
    can_be_edited: false,
    is_anonymous: false,
    can_manage_chat: true,
    can_delete_messages: !chat.taken.delete.has(bot.id),
    can_manage_video_chats: true,
    can_restrict_members: true,
    can_promote_members: false,
    can_change_info: true,
    can_invite_users: true,
    can_post_messages: !chat.readOnly,
    can_edit_messages: mayEditOthers(chat, bot),
    can_post_stories: false,
    can_edit_stories: false,
    can_delete_stories: false,
  };
}

function restricted({ readOnly, restricted: kinds }: Chat): Record<string, unknown> {
  const may = (...some: Parameters<typeof kinds.has>[0][]) =>
    !readOnly && !some.some((kind) => kinds.has(kind));
  return {
    status: "restricted",
    is_member: true,
    until_date: 0,
    can_send_messages: !readOnly,
    can_send_audios: may("audio"),
    can_send_documents: may("document"),
    can_send_photos: may("photo"),
    can_send_videos: may("video"),
    can_send_voice_notes: may("voice"),
    can_send_other_messages: may("animation"),
    can_send_video_notes: !readOnly,
    can_send_polls: !readOnly,
    can_add_web_page_previews: !readOnly,
  };
}
