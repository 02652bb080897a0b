import type { Lane } from "./lane.ts";

/** Flood waits of one bot that come this close together, in milliseconds, are judged together. */
const TOGETHER_MS = 1_000;

/**
 * Tells a flood wait of a bot from one of a chat. A 429 does not say which it is (tdlib/td#715), but when several
 * lanes are refused at the same moment, and at least half of the open ones, the cause is their bot.
 */
export class BotFloods {
  readonly #last = new Map<string, { lane: Lane; at: number }[]>();

  /** Notes a refusal of `lane`; true when it concerns the whole bot. */
  note(lane: Lane, openLanes: readonly Lane[], now: number): boolean {
    const { slug } = lane.bot;
    const recent = (this.#last.get(slug) ?? []).filter(({ at }) => at > now - TOGETHER_MS);
    recent.push({ lane, at: now });
    this.#last.set(slug, recent);
    const lanes = new Set(recent.map((each) => each.lane)).size;
    return isOfBot(lanes, openLanes.length);
  }
}

/** Whether so many lanes of a bot that were told to wait at one moment, of so many that it has, were so for their bot's sake. */
export function isOfBot(refused: number, open: number): boolean {
  return refused >= 2 && refused * 2 >= open;
}
