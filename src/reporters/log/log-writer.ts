import type { Writable } from "node:stream";

/** Time that the last lines get to leave the process in, in real milliseconds. */
const LAST_MS = 1_000;

/**
 * Writes lines to somebody who may be slow or gone. What waits to be taken is bounded: lines beyond that are dropped, and
 * counted in a line of their own as soon as there is room again. After an error (EPIPE) it is silent.
 */
export class LineWriter {
  readonly #stream: Writable;
  readonly #maxBytes: number;
  /** Makes the line that says how many are missing. */
  readonly #missing: (count: number) => string;
  #dropped = 0;
  #isOpen = true;

  constructor(stream: Writable, maxBytes: number, missing: (count: number) => string) {
    this.#stream = stream;
    this.#maxBytes = maxBytes;
    this.#missing = missing;
    const close = () => {
      this.#isOpen = false;
    };
    stream.on("error", close).on("close", close).on("drain", this.#tellDropped);
  }

  write(line: string): void {
    if (!this.#isOpen) return;
    if (this.#dropped > 0 || this.#stream.writableLength > this.#maxBytes) this.#dropped += 1;
    else this.#stream.write(`${line}\n`);
  }

  /** Resolves when the reader has taken everything, is gone, or has had a second for it. */
  async end(): Promise<void> {
    if (this.#isOpen)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LAST_MS);
        const done = () => {
          clearTimeout(timer);
          resolve();
        };
        this.#stream.once("error", done).write("", done);
      });
    this.#stream.off("drain", this.#tellDropped);
  }

  readonly #tellDropped = (): void => {
    if (this.#dropped === 0) return;
    const count = this.#dropped;
    this.#dropped = 0;
    this.write(this.#missing(count));
  };
}
