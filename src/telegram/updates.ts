import { ok, type Result } from "../domain/result.ts";
import { Caller, type CallerOptions } from "./call.ts";
import type { BotUpdates, HeardChat, UpdatesTaken } from "./updates-port.ts";

/** As many as one answer holds (core.telegram.org/bots/api#getupdates). */
const MOST = 100;

/** Opens the updates of a bot. Uses no network before the first call. */
export function openUpdates(options: CallerOptions): BotUpdates {
  const caller = new Caller(options);
  return {
    async taken(): Promise<Result<UpdatesTaken>> {
      const info = await caller.read((api) => api.getWebhookInfo());
      if (!info.ok) return info;
      if (info.value.url) return ok("webhook");
      return ok(info.value.pending_update_count >= MOST ? "full" : null);
    },
    async heard() {
      const updates = await caller.read((api) => api.getUpdates({}));
      if (updates.ok) return ok(chatsIn(updates.value as readonly unknown[]));
      return updates.failure.code === 409 ? ok("polled") : updates;
    },
  };
}

/** Where an update happened, and what the bot is there since, where it says so. */
interface Happened {
  readonly chat?: { readonly id: number; readonly type: string; readonly title?: string };
  readonly new_chat_member?: { readonly status: string };
}

const GONE = ["left", "kicked"];

/** The channels and groups in which these updates happened, the latest word on each. @internal */
export function chatsIn(updates: readonly unknown[]): HeardChat[] {
  const chats = new Map<string, HeardChat>();
  for (const { chat, new_chat_member: member } of updates.flatMap(eventsOf)) {
    const heard = heardChat(chat);
    if (heard === null) continue;
    if (GONE.includes(member?.status ?? "")) chats.delete(heard.id);
    else chats.set(heard.id, heard);
  }
  return [...chats.values()];
}

/** An update has one member besides its number, named after its type. */
function eventsOf(update: unknown): Happened[] {
  return Object.values(update ?? {}).filter((member) => typeof member === "object" && member !== null);
}

function heardChat(chat: Happened["chat"]): HeardChat | null {
  const { id, type, title } = chat ?? {};
  if (type !== "channel" && type !== "supergroup" && type !== "group") return null;
  return { id: String(id), type, title: title ?? String(id) };
}
