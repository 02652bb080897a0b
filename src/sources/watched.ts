import { Bell } from "../domain/bell.ts";
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
  const bell = new Bell<PassReason>();
  return { nudge: () => bell.ring("nudge"), [Symbol.asyncIterator]: () => moments(options, bell) };
}

async function* moments(options: PassesOptions, bell: Bell<PassReason>): AsyncGenerator<PassReason> {
  const { clock, intervalMs } = options;
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const onChange = () => bell.ring("change");
  const file = options.file ? new FileWatch({ ...options.file, clock, signal, onChange }) : null;
  try {
    let reason: PassReason = "start";
    while (!signal.aborted) {
      await file?.settled();
      if (signal.aborted) return;
      // Asked for before this pass began: it answers that too.
      bell.clear();
      const due = clock.now() + intervalMs;
      yield reason;
      reason = (await bell.wait(Math.max(0, due - clock.now()), clock, signal)) ?? "interval";
    }
  } finally {
    ended.abort();
  }
}
