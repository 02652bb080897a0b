import type { Clock } from "../domain/clock.ts";
import type { BotUpdates, HeardChat, UpdatesTaken } from "../telegram/updates-port.ts";
import type { Asker } from "./asker.ts";
import { Cancelled } from "./cancelled.ts";

export interface ListenOptions {
  /** Ids of chats that were told already. */
  readonly known: readonly string[];
  readonly clock: Clock;
}

/** What was heard, and why it ended. */
export interface Heard {
  readonly chats: readonly HeardChat[];
  readonly end: "found" | "nothing" | "failed" | "polled" | Exclude<UpdatesTaken, null>;
}

/**
 * Longer than 3 seconds: an earlier repetition is made to wait, and what waits ends the poll of a bot that runs after all. A call that
 * need not wait ends none (BAS Client.cpp process_get_updates_query, do_get_updates).
 */
const EACH_MS = 3_500;
const FOR_MS = 60_000;
/** After the last new chat: whoever adds a bot to several adds them one after another. */
const QUIET_MS = 8_000;

/** Waits for chats that the bot is added to, up to a minute, and shows each as it appears. */
export async function listen(asker: Asker, updates: BotUpdates, options: ListenOptions): Promise<Heard> {
  const taken = await updates.taken();
  if (!taken.ok) return { chats: [], end: "failed" };
  if (taken.value !== null) return { chats: [], end: taken.value };
  return asker.during("waiting for the channels", (tell, signal) => hear(updates, options, tell, signal));
}

async function hear(
  updates: BotUpdates,
  { known, clock }: ListenOptions,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<Heard> {
  const found = new Map<string, HeardChat>();
  let until = clock.now() + FOR_MS;
  while (clock.now() < until) {
    const heard = await updates.heard();
    if (!heard.ok) return { chats: [...found.values()], end: "failed" };
    if (heard.value === "polled") return { chats: [...found.values()], end: "polled" };
    for (const chat of heard.value.filter(({ id }) => !known.includes(id) && !found.has(id))) {
      found.set(chat.id, chat);
      until = clock.now() + QUIET_MS;
    }
    const names = [...found.values()].map(({ title }) => `"${title}"`).join(", ");
    tell(names === "" ? "waiting for the channels" : `found ${names}; more?`);
    await clock.sleep(EACH_MS, signal);
    if (signal.aborted) throw new Cancelled();
  }
  return { chats: [...found.values()], end: found.size > 0 ? "found" : "nothing" };
}
