import type { Failure } from "./failure.ts";
import type { MediaKind } from "./media.ts";
import type { ItemResult } from "./outcome.ts";

/** A lane as screens show it. Paces in calls a minute, moments on the engine's clock. */
export interface LaneView {
  readonly bot: string;
  readonly chat: string;
  readonly title: string;
  readonly perMinute: number;
  readonly sent: number;
  readonly frozenUntil: number;
  readonly closed: Failure | null;
}

/** Why a run ends before its source is used up. */
export type StopCause =
  | { readonly type: "signal"; readonly signal: "SIGINT" | "SIGTERM" }
  | { readonly type: "duration" }
  | { readonly type: "failures"; readonly failure: Failure; readonly inARow: boolean }
  | { readonly type: "no_lane"; readonly failure: Failure }
  | { readonly type: "denied"; readonly failure: Failure }
  | { readonly type: "source"; readonly failure: Failure };

/** All that the engine says while it works. Listeners cannot break it (see Emitter). */
export interface EventMap {
  /** The run is composed; nothing was called yet. */
  started: {
    readonly command: string;
    readonly lanes: number;
    readonly concurrency: number;
    readonly ledger: string;
  };
  /** A sentence for people. */
  notice: { readonly level: "info" | "warn"; readonly text: string };
  /** The source has been read so far; `ended` when there is no more. */
  source: { readonly read: number; readonly bytes: number; readonly ended: boolean };
  /** A task entered the queue. */
  queued: { readonly bytes: number; readonly depth: number };
  /** A place of the pool was taken (+1) or given back (-1). */
  active: { readonly count: number };
  /** An item was given a place and a lane; its object is read next. */
  attempt: {
    readonly key: string;
    readonly bot: string;
    readonly kind: MediaKind;
    readonly chat: string;
    readonly bytes: number;
  };
  /** One call to Telegram ended, well or not. */
  call: {
    readonly bot: string;
    readonly chat: string;
    readonly ms: number;
    readonly failure: Failure | null;
  };
  /** A lane changed: sent, frozen, closed, migrated, paced anew. */
  lane: LaneView;
  /** A try failed and the item goes back to the queue. */
  retry: {
    readonly key: string;
    readonly bot: string;
    readonly kind: MediaKind;
    /** Null when no lane was tried. */
    readonly chat: string | null;
    readonly failure: Failure;
    readonly notBefore: number;
  };
  item: ItemResult;
  stopping: StopCause;
  /** The queue has no room and the source waits for it (`full`), or goes on. */
  room: { readonly full: boolean; readonly depth: number; readonly capacity: number };
  /** A look at a source that is looked at again and again (worker). */
  pass: Pass;
  /** Claiming was started or stopped (worker). */
  claiming: { readonly running: boolean };
  /** A part of the outside world is out of order (`failure`), or in order again (null) (worker). */
  health: { readonly part: HealthPart; readonly failure: Failure | null };
}

/** What can be out of order while a worker lives: the bucket, Telegram as a whole, or a bot (`bot:<slug>`). */
export type HealthPart = "r2" | "telegram" | "source" | `bot:${string}`;

/** A pass over a source: its begin (`ended` false, figures 0) or its end. */
export interface Pass {
  /** `bucket`, or the path of a manifest. */
  readonly source: string;
  readonly ended: boolean;
  /** Entries read. */
  readonly read: number;
  /** Of these, put into the queue. */
  readonly queued: number;
  /** Milliseconds of the engine's clock. */
  readonly ms: number;
  /** Why it broke off. */
  readonly failure: Failure | null;
}

export type EventName = keyof EventMap;
type Listener<N extends EventName> = (event: EventMap[N]) => void;

/** Typed fan-out. A listener that throws is reported once to `onError` and never stops the engine. */
export class Emitter {
  readonly #listeners = new Map<EventName, Listener<never>[]>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void = () => {}) {
    this.#onError = onError;
  }

  on<N extends EventName>(name: N, listener: Listener<N>): this {
    const list = this.#listeners.get(name) ?? [];
    list.push(listener as Listener<never>);
    this.#listeners.set(name, list);
    return this;
  }

  emit<N extends EventName>(name: N, event: EventMap[N]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as Listener<N>)(event);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
