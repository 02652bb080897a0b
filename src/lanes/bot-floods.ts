import type { Lane } from "./lane.ts";

/** Flood waits of one bot that come this close together, in milliseconds, are looked at as one. */
const TOGETHER_MS = 1_000;

/**
 * Tells a flood wait of the bot from that of a chat: a 429 does not say which it is (tdlib/td#715), but several lanes that
 * are refused at the same moment, at least half of those that are open, share their trouble.
 */
export class BotFloods {
  readonly #last = new Map<string, { lane: Lane; at: number }[]>();

  /** Notes a refusal of `lane`; true when it is the bot's. */
  note(lane: Lane, openLanes: readonly Lane[], now: number): boolean {
    const { slug } = lane.bot;
    const recent = (this.#last.get(slug) ?? []).filter(({ at }) => at > now - TOGETHER_MS);
    recent.push({ lane, at: now });
    this.#last.set(slug, recent);
    const lanes = new Set(recent.map((each) => each.lane)).size;
    return lanes >= 2 && lanes * 2 >= openLanes.length;
  }
}
