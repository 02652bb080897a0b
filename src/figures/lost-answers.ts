import type { ItemResult } from "../domain/outcome.ts";
import type { Resolved } from "../domain/resolved.ts";
import type { LostAnswers } from "./snapshot.ts";

/** Counts what became of lost answers. */
export class LostAnswerCounts {
  readonly #resolved: Record<Resolved, number> = { found: 0, sent: 0, unchecked: 0 };
  readonly #unchecked = new Map<string, number>();
  readonly #open = new Map<string, number>();
  #later = 0;
  #lookAt: number | null = null;

  /** Counts an item by what it says of its lost answer. */
  add({ resolved, resolvedWhy, lookAt }: ItemResult): void {
    if (resolved) this.#resolved[resolved]++;
    if (lookAt !== undefined) {
      this.#later++;
      this.#lookAt = Math.max(this.#lookAt ?? 0, lookAt);
    }
    if (resolvedWhy === undefined) return;
    const reasons = resolved === "unchecked" ? this.#unchecked : this.#open;
    reasons.set(resolvedWhy, (reasons.get(resolvedWhy) ?? 0) + 1);
  }

  /** What was counted so far. */
  figures(): LostAnswers {
    return {
      resolved: { ...this.#resolved },
      unchecked: new Map(this.#unchecked),
      later: this.#later,
      lookAt: this.#lookAt,
      open: new Map(this.#open),
    };
  }
}
