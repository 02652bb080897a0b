import { LIMITS } from "../domain/limits.ts";
import type { SizeSpacing } from "./spacing.ts";

/** Sizes that are remembered before expired ones are dropped. */
const MANY = 1_000;

/**
 * A Bot API server spaces uploads of one bot whose files have the same byte count, and refuses them when too many
 * wait (telegram-bot-api Client.cpp; not in local mode). Keeping that distance ourselves costs nothing and avoids the
 * 429.
 */
export class SameSize implements SizeSpacing {
  readonly #next = new Map<string, number>();

  /** Books and returns the next moment at which this bot may begin an upload of this many bytes. */
  take(bot: string, bytes: number, now: number): number {
    const distance = sizeGapMs(bytes);
    if (distance === 0) return now;
    if (this.#next.size > MANY) this.#forget(now);
    const name = `${bot}|${bytes}`;
    const slotAt = Math.max(now, this.#next.get(name) ?? now);
    this.#next.set(name, slotAt + distance);
    return slotAt;
  }

  /** There is no upload at this moment; only of the last one that was booked is it free again. */
  giveBack(bot: string, bytes: number, slotAt: number): void {
    const name = `${bot}|${bytes}`;
    if (this.#next.get(name) === slotAt + sizeGapMs(bytes)) this.#next.set(name, slotAt);
  }

  #forget(now: number): void {
    for (const [name, next] of this.#next) if (next <= now) this.#next.delete(name);
  }
}

/** Milliseconds between two uploads of this many bytes by one bot; 0 where they need no distance. */
export function sizeGapMs(bytes: number): number {
  const { fromBytes, secondsPerByte, minMs, maxMs } = LIMITS.sameSize;
  return bytes < fromBytes ? 0 : Math.min(Math.max(bytes * secondsPerByte * 1_000, minMs), maxMs);
}
