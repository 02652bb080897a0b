/** How many are to be looked at, at random: so many, or this share of them (0..1). */
export type SampleSize = { readonly count: number } | { readonly share: number };

/** So many of `total`. */
export function sampleCount(size: SampleSize, total: number): number {
  return "count" in size ? Math.min(size.count, total) : Math.ceil(size.share * total);
}

/**
 * Takes exactly `count` of `total` that pass by, each set of them as likely as any other, without keeping any (Knuth, The Art of
 * Computer Programming 3.4.2, algorithm S). What passes by beyond `total` is not taken.
 */
export class Sampler {
  #wanted: number;
  #left: number;
  readonly #random: () => number;

  constructor(count: number, total: number, random: () => number) {
    this.#wanted = count;
    this.#left = total;
    this.#random = random;
  }

  takes(): boolean {
    const isTaken = this.#random() * this.#left < this.#wanted;
    this.#left -= 1;
    if (isTaken) this.#wanted -= 1;
    return isTaken;
  }
}
