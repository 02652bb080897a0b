import { LIMITS } from "../../domain/limits.ts";
import type { FloodClock, GateVerdict } from "./gate.ts";

/** The refusal of the Bot API server itself: `retry_after`, and how long it waits before sending it (BAS Client.cpp). */
export const SERVER_FLOOD = { retryAfter: 60, answerDelayMs: 3_000 } as const;

/** How many sizes are remembered. */
const REMEMBERED_SIZES = 10_000;

/**
 * Spacing of one bot's uploads of equal size, above 100,000 bytes: clamp(size x 1e-7, 0.2, 0.9) s apart with about 1 s
 * of burst; a queue of more than 5 s is refused (BAS Client.cpp; not in local mode).
 */
export class SameSizeSpacing {
  readonly #clock: FloodClock;
  readonly #nextBySize = new Map<number, number>();

  constructor(clock: FloodClock) {
    this.#clock = clock;
  }

  /** Books an upload of `bytes` over all its files, and returns its wait. */
  ask(bytes: number): GateVerdict {
    const rule = LIMITS.sameSize;
    if (bytes < rule.fromBytes) return { type: "pass", waitMs: 0 };
    const now = this.#clock.now();
    const last = Math.max(this.#nextBySize.get(bytes) ?? Number.NEGATIVE_INFINITY, now - rule.burstMs);
    if (last > now + rule.queueMs) return { type: "refuse", retryAfter: SERVER_FLOOD.retryAfter };
    const next = last + Math.min(rule.maxMs, Math.max(rule.minMs, bytes * rule.secondsPerByte * 1000));
    if (this.#nextBySize.size >= REMEMBERED_SIZES) this.#forget(now);
    this.#nextBySize.set(bytes, next);
    return { type: "pass", waitMs: Math.max(0, next - now) };
  }

  #forget(now: number): void {
    for (const [size, next] of this.#nextBySize) {
      if (next <= now - LIMITS.sameSize.burstMs) this.#nextBySize.delete(size);
    }
  }
}

/** Lets at most `cap` messages of one chat be in progress at the same time (310 in BAS Client.cpp, local mode too). */
export class UnsentCap {
  readonly #cap: number;
  #unsent = 0;

  constructor(cap: number) {
    this.#cap = cap;
  }

  /** Counts one more message; false when there are too many. Each true needs one {@link leave}. */
  enter(): boolean {
    if (this.#unsent >= this.#cap) return false;
    this.#unsent += 1;
    return true;
  }

  leave(): void {
    this.#unsent -= 1;
  }
}
