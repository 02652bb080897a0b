import { ok, type Result } from "../domain/result.ts";
import { isRecord, wholeNumber } from "./answer.ts";
import { Caller, type CallerOptions } from "./call.ts";
import { firstText } from "./chats.ts";
import type { BotUpdates, HeardChat, UpdatesTaken } from "./updates-port.ts";

/** As many as one answer holds (core.telegram.org/bots/api#getupdates). */
const MOST = 100;

/** Opens the updates of a bot. Uses no network before the first call. */
export function openUpdates(options: CallerOptions): BotUpdates {
  const caller = new Caller(options);
  return {
    async taken(): Promise<Result<UpdatesTaken>> {
      const info = await caller.readAs(
        (api) => api.getWebhookInfo(),
        (value) => (isRecord(value) ? value : null),
      );
      if (!info.ok) return info;
      if (info.value.url) return ok("webhook");
      return ok(Number(info.value.pending_update_count) >= MOST ? "full" : null);
    },
    async heard() {
      const updates = await caller.readAs((api) => api.getUpdates({}), listIn);
      if (updates.ok) return ok(chatsIn(updates.value));
      return updates.failure.code === 409 ? ok("polled") : updates;
    },
  };
}

function listIn(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

const GONE: readonly unknown[] = ["left", "kicked"];

/** The channels and groups in which these updates happened, the latest word on each. @internal */
export function chatsIn(updates: readonly unknown[]): HeardChat[] {
  const chats = new Map<string, HeardChat>();
  for (const { chat, new_chat_member: member } of updates.flatMap(eventsOf)) {
    const heard = heardChat(chat);
    if (heard === null) continue;
    if (isRecord(member) && GONE.includes(member.status)) chats.delete(heard.id);
    else chats.set(heard.id, heard);
  }
  return [...chats.values()];
}

/** An update has one member besides its number, named after its type: where it happened, and what the bot is there since. */
function eventsOf(update: unknown): Record<string, unknown>[] {
  return isRecord(update) ? Object.values(update).filter(isRecord) : [];
}

function heardChat(chat: unknown): HeardChat | null {
  const { id: given, type, title } = isRecord(chat) ? chat : {};
  const id = wholeNumber(given);
  if (id === null || (type !== "channel" && type !== "supergroup" && type !== "group")) return null;
  return { id: String(id), type, title: firstText(title) ?? String(id) };
}
