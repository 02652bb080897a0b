import type { Readable } from "node:stream";
import { failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";

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

/** Content in memory, to be opened as often as is wished, until it is let go of. */
export function heldBytes(
  key: string,
  bytes: Uint8Array,
): { readonly open: () => Promise<Result<Uint8Array>>; readonly forget: () => void } {
  let held: Uint8Array | null = bytes;
  return {
    open: async () => (held ? ok(held) : failed(failure("stopped", `${key} is not held any more`))),
    forget: () => {
      held = null;
    },
  };
}
