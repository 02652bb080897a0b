import type { SlowRecord, Tallied, WaitRecord } from "./record.ts";

/** Counts by name. */
export class NamedCounts {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** The most frequent first. */
  get all(): Tallied {
    return [...this.#counts].sort(([, a], [, b]) => b - a);
  }
}

const SLOWEST = 20;

/** The slowest of many. */
export class Slowest {
  #kept: SlowRecord[] = [];

  add(one: SlowRecord): void {
    if (this.#kept.length === SLOWEST && one.ms <= (this.#kept.at(-1)?.ms ?? 0)) return;
    this.#kept = [...this.#kept, one].sort((a, b) => b.ms - a.ms).slice(0, SLOWEST);
  }

  get all(): readonly SlowRecord[] {
    return this.#kept;
  }
}

/** Tries that were made again, by why. */
export class RetryReasons {
  readonly #waits = new Map<string, WaitRecord>();

  /** `ms` is null where nobody knows how long. */
  add(reason: string, ms: number | null, example: string): void {
    const known = this.#waits.get(reason);
    this.#waits.set(reason, {
      reason,
      count: (known?.count ?? 0) + 1,
      ms: ms === null ? (known?.ms ?? null) : (known?.ms ?? 0) + ms,
      example: known?.example ?? example,
    });
  }

  /** The most frequent first. */
  get all(): readonly WaitRecord[] {
    return [...this.#waits.values()].sort((a, b) => b.count - a.count);
  }
}
