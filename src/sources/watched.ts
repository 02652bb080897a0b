import type { Clock } from "../domain/clock.ts";
import { FileWatch } from "./file-watch.ts";

export interface PassesOptions {
  readonly clock: Clock;
  /** Milliseconds of the clock from the begin of a pass to the begin of the next; Infinity for none by time alone. */
  readonly intervalMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** A manifest, looked at every `pollMs` milliseconds of the clock: each change of it asks for a pass. */
  readonly file?: { readonly path: string; readonly pollMs: number } | undefined;
}

/**
 * Why a source is to be looked at now.
 * @internal
 */
export type PassReason = "start" | "interval" | "nudge" | "change";

export interface Passes extends AsyncIterable<PassReason> {
  /** Asks for a pass as soon as the one under way is over; many of them are one. */
  nudge(): void;
}

/**
 * The moments at which a source that is looked at again and again is to be read: at once, every interval, when nudged, and
 * when its file changed and has been still for a moment (a half-written manifest is not read). Whoever iterates does
 * the pass before asking for the next moment, so there are never two at once; what was due meanwhile comes right after,
 * once. Meant to be iterated once; ends when the signal aborts, never throws.
 */
export function passes(options: PassesOptions): Passes {
  const mailbox = new Mailbox();
  return { nudge: () => mailbox.put("nudge"), [Symbol.asyncIterator]: () => moments(options, mailbox) };
}

async function* moments(options: PassesOptions, mailbox: Mailbox): AsyncGenerator<PassReason> {
  const { clock, intervalMs } = options;
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const onChange = () => mailbox.put("change");
  const file = options.file ? new FileWatch({ ...options.file, clock, signal, onChange }) : null;
  try {
    let reason: PassReason | null = "start";
    while (reason !== null && !signal.aborted) {
      await file?.settled();
      if (signal.aborted) return;
      // Asked for before this pass began: it answers that too.
      mailbox.clear();
      const begun = clock.now();
      yield reason;
      reason = await mailbox.take(clock, begun + intervalMs, signal);
    }
  } finally {
    ended.abort();
  }
}

/** Holds one wish at most, and wakes whoever waits for it. */
class Mailbox {
  #wish: PassReason | null = null;
  #wake: (() => void) | null = null;

  put(wish: PassReason): void {
    this.#wish ??= wish;
    this.#wake?.();
  }

  clear(): void {
    this.#wish = null;
  }

  /** The wish, or `interval` when none came before `due`; null on abort. */
  async take(clock: Clock, due: number, signal: AbortSignal): Promise<PassReason | null> {
    if (this.#wish === null && !signal.aborted) await this.#wait(clock, due - clock.now(), signal);
    return signal.aborted ? null : (this.#wish ?? "interval");
  }

  #wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        signal.removeEventListener("abort", done);
        this.#wake = null;
        resolve();
      };
      // A timer cannot be set to Infinity.
      const cancel = ms === Number.POSITIVE_INFINITY ? () => {} : clock.after(Math.max(0, ms), done);
      signal.addEventListener("abort", done, { once: true });
      this.#wake = done;
    });
  }
}
