import { LIMITS } from "../domain/limits.ts";

/** Sizes that are remembered before expired ones are dropped. */
const MANY = 1_000;

/**
 * A Bot API server spaces uploads of one bot whose files have the same byte count, and refuses them when too many
 * wait (telegram-bot-api Client.cpp; not in local mode). Keeping that distance ourselves costs nothing and avoids the
 * 429.
 */
export class SameSize {
  readonly #next = new Map<string, number>();

  /** Books and returns the next moment at which this bot may begin an upload of this many bytes. */
  take(bot: string, bytes: number, now: number): number {
    const rule = LIMITS.sameSize;
    if (bytes < rule.fromBytes) return now;
    if (this.#next.size > MANY) this.#forget(now);
    const name = `${bot}|${bytes}`;
    const slotAt = Math.max(now, this.#next.get(name) ?? now);
    const distance = Math.min(Math.max(bytes * rule.secondsPerByte * 1_000, rule.minMs), rule.maxMs);
    this.#next.set(name, slotAt + distance);
    return slotAt;
  }

  #forget(now: number): void {
    for (const [name, next] of this.#next) if (next <= now) this.#next.delete(name);
  }
}
