import type { CheckPlan } from "../domain/check-plan.ts";
import type { ClaimPage } from "./claims.ts";
import { cheaperWay, operationsOf } from "./r2-way.ts";
import { type SampleSize, sampleCount } from "./sample.ts";

/** How much there is to check, without keeping any of it. */
export class ClaimCount {
  readonly #perBot = new Map<string, number>();
  #ids = 0;
  #checkedKeys = 0;
  #keys = 0;
  #without = 0;
  #first: string | null = null;
  #last: string | null = null;
  #key: string | null = null;

  add({ claims, without, keys }: ClaimPage): void {
    this.#keys += keys;
    this.#without += without;
    this.#ids += claims.length;
    for (const { key, bot } of claims) {
      if (key !== this.#key) this.#checkedKeys += 1;
      this.#key = key;
      this.#perBot.set(bot, (this.#perBot.get(bot) ?? 0) + 1);
    }
    this.#first ??= claims[0]?.key ?? null;
    this.#last = claims.at(-1)?.key ?? this.#last;
  }

  get ids(): number {
    return this.#ids;
  }

  get without(): number {
    return this.#without;
  }

  /** Keys of these ids, and all that the ledger has there. */
  get keys(): { readonly checked: number; readonly all: number } {
    return { checked: this.#checkedKeys, all: this.#keys };
  }

  get perBot(): ReadonlyMap<string, number> {
    return this.#perBot;
  }

  /** What all keys of these ids begin with. */
  get below(): string {
    const [first, last] = [this.#first ?? "", this.#last ?? ""];
    let length = 0;
    while (length < first.length && first[length] === last[length]) length += 1;
    // A listing is asked for whole characters.
    return first.slice(0, length).replace(/[\ud800-\udbff]$/, "");
  }
}

export interface CountedFor {
  readonly sample: SampleSize | null;
  readonly places: readonly ("r2" | "telegram")[];
  /** Calls a minute that one bot makes at the most. */
  readonly perMinute: number;
}

/** What a check of so much is going to do: all bots are asked side by side, so the one with most ids sets the time. */
export function planOf(counted: ClaimCount, { sample, places, perMinute }: CountedFor): CheckPlan {
  const ids = sample === null ? counted.ids : sampleCount(sample, counted.ids);
  const share = counted.ids === 0 ? 0 : ids / counted.ids;
  const question = { keys: Math.ceil(counted.keys.checked * share), listed: counted.keys.all };
  const way = places.includes("r2") && ids > 0 ? cheaperWay(question) : null;
  const asks = places.includes("telegram");
  const most = Math.max(0, ...counted.perBot.values()) * share;
  return {
    ids,
    of: counted.ids,
    without: counted.without,
    way,
    below: counted.below,
    operations: way === null ? { classA: 0, classB: 0 } : operationsOf(way, question),
    calls: asks ? ids : 0,
    callsPerMin: asks ? perMinute * counted.perBot.size : 0,
    etaSeconds: asks ? Math.ceil((most * 60) / perMinute) : 0,
  };
}
