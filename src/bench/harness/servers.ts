import { type Child, openChild } from "./child.ts";
import type { ServersHandlers, ServersSettings } from "./servers-child.ts";

/** The stand-ins for R2 and the Bot API in a process of their own. */
export interface Servers extends Child<ServersHandlers> {
  /** What a client has to set. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts them and waits until they listen. Rejects when they cannot be started. */
export async function startServers(settings: Partial<ServersSettings> = {}): Promise<Servers> {
  const child = openChild<ServersHandlers>(new URL("./servers-child.js", import.meta.url));
  try {
    return { ...child, env: await child.ask("start", settings) };
  } catch (error) {
    await child.close();
    throw error;
  }
}

/** What a client sets so that lanes never hold it up. */
export const UNLIMITED = { PREWARM_PACE: "60000000/min", PREWARM_BOT_PACE: "none" } as const;

/** Keys of `count` objects below a prefix, in order. Telegram takes documents by URL as .zip, .pdf and .gif only. */
export function keysBelow(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(6, "0")}.zip`);
}
