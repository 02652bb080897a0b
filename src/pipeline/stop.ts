import { setMaxListeners } from "node:events";
import type { Emitter, StopCause } from "../domain/events.ts";
import { type Failure, type FailureClass, failure } from "../domain/failure.ts";
import type { ItemResult } from "../domain/outcome.ts";

/**
 * How a run ends early: running -> draining (nothing new is started, calls under way finish) -> aborting (those are
 * cut off, and what was handed over whole becomes `unknown`). The first cause counts, unless a later one has a
 * stronger exit code.
 */
export class Stop {
  readonly #draining = new AbortController();
  readonly #aborting = new AbortController();
  readonly #events: Emitter;
  #cause: StopCause | null = null;
  #spares: (cause: StopCause) => boolean = () => false;

  constructor(events: Emitter) {
    this.#events = events;
    // Each call under way listens: Node's warning about a leak, from the eleventh on, would be wrong.
    setMaxListeners(0, this.draining, this.aborting);
  }

  get cause(): StopCause | null {
    return this.#cause;
  }

  get draining(): AbortSignal {
    return this.#draining.signal;
  }

  get aborting(): AbortSignal {
    return this.#aborting.signal;
  }

  /** Sets which causes end nothing, because they are dealt with elsewhere (a worker waits out what ends a run). */
  spare(isSpared: (cause: StopCause) => boolean): void {
    this.#spares = isSpared;
  }

  drain(cause: StopCause): void {
    if (this.#spares(cause)) return;
    if (this.#cause === null || rankOf(cause) > rankOf(this.#cause)) {
      this.#cause = cause;
      this.#events.emit("stopping", cause);
    }
    this.#draining.abort();
  }

  abort(): void {
    this.#draining.abort();
    this.#aborting.abort();
  }
}

/** A signal outranks what somebody has to fix, and that outranks a budget. */
function rankOf({ type }: StopCause): number {
  if (type === "signal") return 2;
  return type === "no_lane" || type === "denied" ? 1 : 0;
}

export interface FailureLimits {
  /** More failures than this end the run: a count, or a share of what was tried (0..1). */
  readonly maxFailures?: { readonly count: number } | { readonly share: number } | undefined;
}

/** After this many consecutive failures of one class, the objects are not to blame. */
const IN_A_ROW = 20;

/**
 * A broken manifest line says nothing about Telegram or R2; a chat or bot that is out was closed and reported
 * already.
 */
const TELLS_NOTHING: ReadonlySet<FailureClass> = new Set(["config", "chat", "auth"]);

/** Number of items before which a share means nothing. */
const SHARE_FROM = 20;

/** Watches how items end, and stops the run when going on would only make things worse. */
export function watchFailures(events: Emitter, stop: Stop, options: FailureLimits): void {
  let tried = 0;
  let bad = 0;
  let row: { cls: string; length: number } = { cls: "", length: 0 };
  const isFirst = firstOfCall();
  events.on("item", (item) => {
    if (item.left || item.status === "skipped" || item.reason === "no_lane_left" || !isFirst(item)) return;
    if (item.error === null || item.status === "ready" || item.status === "weak") {
      tried += 1;
      row = { cls: "", length: 0 };
      return;
    }
    tried += 1;
    bad += 1;
    if (!TELLS_NOTHING.has(item.error.class))
      row = { cls: item.error.class, length: row.cls === item.error.class ? row.length + 1 : 1 };
    if (row.length >= IN_A_ROW) stop.drain({ type: "failures", failure: failureOf(item), inARow: true });
    else if (over(options.maxFailures, bad, tried))
      stop.drain({ type: "failures", failure: failureOf(item), inARow: false });
  });
}

/** Calls whose items are told apart from those of others at once. */
const CALLS = 64;

/** Returns what tells the first item that a call ended so from others of the same message: what went wrong with a call did so once. */
function firstOfCall(): (item: ItemResult) => boolean {
  const seen = new Set<string>();
  return ({ pack, error }) => {
    if (!pack) return true;
    const call = `${pack.id} ${error?.reason ?? ""}`;
    if (seen.has(call)) return false;
    seen.add(call);
    const [oldest] = seen.size > CALLS ? seen : [];
    if (oldest !== undefined) seen.delete(oldest);
    return true;
  };
}

function over(max: FailureLimits["maxFailures"], bad: number, tried: number): boolean {
  if (max === undefined) return false;
  return "count" in max ? bad > max.count : tried >= SHARE_FROM && bad / tried > max.share;
}

function failureOf(item: ItemResult): Failure {
  const { reason, message } = item.error ?? { reason: "media_refused" as const, message: "" };
  return failure(reason, message);
}
