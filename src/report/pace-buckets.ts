import type { PacePoint } from "./record.ts";

const MINUTE_MS = 60_000;
/** Points of a curve at the most. */
const MOST = 240;

interface PaceStep {
  messages: number;
  media: number;
  allowed: number | null;
}

/** Counts messages and media over time, in any order, in memory that does not grow with them: where time gets long, steps get wider. */
export class PaceBuckets {
  #width = 1_000;
  #buckets = new Map<number, PaceStep>();

  /** What happened at this moment, in milliseconds. `allowed` is a pace a minute. */
  add(at: number, { messages = 0, media = 0, allowed = null }: Partial<PaceStep>): void {
    const bucket = this.#at(Math.floor(at / this.#width));
    bucket.messages += messages;
    bucket.media += media;
    bucket.allowed = allowed ?? bucket.allowed;
    while (this.#span() > MOST) this.#widen();
  }

  /** The minute before each step, from `begun` on; what was allowed holds until another is. */
  points(begun: number): PacePoint[] {
    const keys = [...this.#buckets.keys()];
    if (keys.length === 0) return [];
    const [first, last] = [Math.min(...keys), Math.max(...keys)];
    const steps = Math.max(1, Math.round(MINUTE_MS / this.#width));
    const toMinute = MINUTE_MS / (steps * this.#width);
    let allowed: number | null = null;
    const points = Array.from({ length: last - first + 1 }, (_, step): PacePoint => {
      const key = first + step;
      allowed = this.#buckets.get(key)?.allowed ?? allowed;
      const within = Array.from({ length: steps }, (_, back) => this.#buckets.get(key - back));
      const sum = (of: "messages" | "media") =>
        within.reduce((all, bucket) => all + (bucket?.[of] ?? 0), 0) * toMinute;
      const at = Math.max(0, (key + 1) * this.#width - begun);
      return { at, messages: sum("messages"), media: sum("media"), allowed };
    });
    return [{ at: 0, messages: 0, media: 0, allowed: points[0]?.allowed ?? null }, ...points];
  }

  #at(key: number): PaceStep {
    const known = this.#buckets.get(key) ?? { messages: 0, media: 0, allowed: null };
    this.#buckets.set(key, known);
    return known;
  }

  #span(): number {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const key of this.#buckets.keys()) [low, high] = [Math.min(low, key), Math.max(high, key)];
    return high - low + 1;
  }

  #widen(): void {
    this.#width *= 2;
    const before = [...this.#buckets].sort(([a], [b]) => a - b);
    this.#buckets = new Map();
    for (const [key, { messages, media, allowed }] of before) {
      const bucket = this.#at(Math.floor(key / 2));
      bucket.messages += messages;
      bucket.media += media;
      bucket.allowed = allowed ?? bucket.allowed;
    }
  }
}
