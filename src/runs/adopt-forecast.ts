import type { AdoptForecast, WorkForecast } from "../domain/work-forecast.ts";
import type { Adoptable } from "../pipeline/adopt/adoption.ts";
import { CALLS, PACK_CALLS } from "../pipeline/adopt/way.ts";

/** Calls a minute of a bot in a chat; null where it has no open lane there. */
export type PaceIn = (bot: string, chatId: string) => number | null;

/** Counts what would be adopted, and how long that takes: each chat has its own quota. */
export class AdoptCount {
  readonly #from: string;
  readonly #rows = { edit: 0, forward: 0 };
  readonly #calls = new Map<string, { readonly perMinute: number | null; count: number }>();
  #bytes = 0;
  #packed = 0;
  /** Messages of several media. */
  readonly #packs = new Set<string>();

  constructor(from: string) {
    this.#from = from;
  }

  add({ task, posted, way }: Adoptable, paceIn: PaceIn): void {
    this.#rows[way] += 1;
    this.#bytes += task.entry.bytes;
    const name = `${task.bot}|${posted.chatId}`;
    const chat = this.#calls.get(name) ?? { perMinute: paceIn(task.bot, posted.chatId), count: 0 };
    chat.count += posted.inPack ? this.#callsOf(`${name}|${posted.messageId}`) : CALLS[way];
    this.#calls.set(name, chat);
  }

  /** Of one more row of a message of several media. */
  #callsOf(message: string): number {
    this.#packed += 1;
    const isKnown = this.#packs.has(message);
    this.#packs.add(message);
    return isKnown ? 0 : PACK_CALLS;
  }

  get rows(): number {
    return this.#rows.edit + this.#rows.forward;
  }

  forecast(): AdoptForecast {
    const chats = [...this.#calls.values()];
    const isKnown = chats.every(({ perMinute }) => perMinute !== null);
    const minutes = chats.map(({ count, perMinute }) => count / (perMinute ?? 1));
    return {
      from: this.#from,
      ...this.#rows,
      packed: this.#packed,
      packs: this.#packs.size,
      calls: chats.reduce((sum, { count }) => sum + count, 0),
      bytes: this.#bytes,
      etaSeconds: isKnown ? Math.ceil(Math.max(0, ...minutes) * 60) : null,
    };
  }
}

/** The time of adopting and warming one after the other; null where one of them cannot be said. */
export function togetherSeconds(adopt: AdoptForecast, warm: WorkForecast): number | null {
  if (adopt.etaSeconds === null || (warm.etaSeconds === null && warm.toWarm > 0)) return null;
  return adopt.etaSeconds + (warm.etaSeconds ?? 0);
}
