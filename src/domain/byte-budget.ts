/** Somebody who keeps bytes that can be given up when others need the room. */
export interface ByteKeeper {
  /** Bytes kept now. */
  readonly bytes: () => number;
  /** Gives up at least so many bytes, or all, and releases them. */
  readonly giveUp: (bytes: number) => void;
}

/** One bound of memory for all who hold objects: what is read ahead, and what is kept for other bots. */
export class ByteBudget {
  readonly most: number;
  #used = 0;
  #keeper: ByteKeeper | null = null;

  constructor(most: number) {
    this.most = most;
  }

  get used(): number {
    return this.#used;
  }

  /** Makes this one give way when there is no room. */
  keptBy(keeper: ByteKeeper): void {
    this.#keeper = keeper;
  }

  /** Books room for an object; false when it cannot fit. Each true needs one {@link release}. */
  reserve(bytes: number): boolean {
    const missing = this.#used + bytes - this.most;
    if (missing > (this.#keeper?.bytes() ?? 0)) return false;
    if (missing > 0) this.#keeper?.giveUp(missing);
    this.#used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#used -= bytes;
  }
}
