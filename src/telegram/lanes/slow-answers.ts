const REMEMBERED = 32;
/** Before so many answers nobody knows what is usual. */
const ENOUGH = 4;

/** Tells answers that were held back from usual ones, by how long the last ones took. Milliseconds. */
export class SlowAnswers {
  readonly #usual: number[] = [];

  /** By how much an answer that took `ms` came later than usual; 0 for a usual one. */
  heldBack(ms: number): number {
    const sorted = [...this.#usual].sort((a, b) => a - b);
    const middle = sorted[sorted.length >> 1] ?? 0;
    const high = sorted[Math.floor(sorted.length * 0.9)] ?? 0;
    if (sorted.length >= ENOUGH && ms > Math.max(high * 1.6, middle + 600)) return ms - middle;
    this.#usual.push(ms);
    if (this.#usual.length > REMEMBERED) this.#usual.shift();
    return 0;
  }
}
