import type { Readable } from "node:stream";

/** The body of an object that was opened before it is needed. It stands still after its first bytes, which fill its buffer. */
export class HeldBody {
  #body: Readable | null;

  constructor(body: Readable) {
    this.#body = body.on("error", () => {});
  }

  /** The body, once; null when it was taken, or broke off meanwhile: it is to be opened anew then. */
  take(): Readable | null {
    const body = this.#body;
    this.#body = null;
    return body?.destroyed ? null : body;
  }
}
