import type { BotIdentity } from "./bots.ts";
import type { Chat } from "./chats.ts";
import type { BotApiWorld } from "./world.ts";

/** Why an order was not carried out; nothing was changed. */
export class ControlError extends Error {}

/** A change that has been looked over and cannot fail. */
export type ControlStep = () => void;

/** Returns a chat by numeric id or @username. Throws ControlError where there is none. */
export function chatNamed(name: string | number, world: BotApiWorld): Chat {
  const chat = world.chats.find(String(name));
  if (chat === undefined) throw new ControlError(`the sandbox has no chat ${name}`);
  return chat;
}

/** Returns one bot by numeric id or username, or all where none is named. Throws ControlError where there is none. */
export function botsNamed(name: string | number | undefined, world: BotApiWorld): readonly BotIdentity[] {
  if (name === undefined) return world.bots.list;
  const bot = world.bots.find(name);
  if (bot === undefined) throw new ControlError(`the sandbox has no bot ${name}`);
  return [bot];
}
