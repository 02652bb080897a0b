import type { AdoptWay } from "./adopt-way.ts";
import type { CheckPlan } from "./check-plan.ts";
import type { CheckedId } from "./checked-id.ts";
import type { Failure } from "./failure.ts";
import type { MediaKind } from "./media.ts";
import type { ItemResult } from "./outcome.ts";
import type { LostPlan } from "./resolved.ts";
import type { TransferName } from "./task.ts";
import type { WorkForecast } from "./work-forecast.ts";

/** A lane as screens show it. Paces in calls a minute, moments on the engine's clock. */
export interface LaneView {
  readonly bot: string;
  readonly chat: string;
  readonly title: string;
  readonly perMinute: number;
  readonly sent: number;
  readonly frozenUntil: number;
  readonly closed: Failure | null;
  /** Kinds that its chat does not take; none where it is left out. */
  readonly refused?: readonly MediaKind[];
}

/** A signal that ends a run or a worker. */
export type StopSignal = "SIGHUP" | "SIGINT" | "SIGTERM" | "SIGBREAK";

/** Why a run ends before its source is used up. */
export type StopCause =
  | { readonly type: "signal"; readonly signal: StopSignal }
  /** The AbortSignal of a run in code. */
  | { readonly type: "aborted" }
  | { readonly type: "duration" }
  | { readonly type: "failures"; readonly failure: Failure; readonly inARow: boolean }
  | { readonly type: "no_lane"; readonly failure: Failure }
  | { readonly type: "denied"; readonly failure: Failure }
  | { readonly type: "source"; readonly failure: Failure };

/** Every event that the engine emits, by name. A listener that throws does not stop it (see {@link Emitter}). */
export interface EventMap {
  /** The run is set up; nothing has been called yet. */
  started: {
    readonly command: string;
    readonly lanes: number;
    readonly concurrency: number;
    readonly ledger: string;
  };
  /** A sentence for people. */
  notice: { readonly level: "debug" | "info" | "warn"; readonly text: string };
  /** How far the source has been read, and how many of its keys filters turned away; `ended` when there is no more. */
  source: {
    readonly read: number;
    readonly bytes: number;
    readonly filtered: number;
    /** Keys that the bucket listed for it. */
    readonly listed: number;
    readonly ended: boolean;
  };
  /** A task entered the queue. */
  queued: {
    readonly bytes: number;
    readonly depth: number;
    readonly bot?: string;
    /** How it would go with others in one message; null where it goes by itself. */
    readonly packs?: {
      readonly kind: MediaKind;
      readonly transfer: TransferName;
      readonly bytes: number;
    } | null;
  };
  /** Emitted when the queue is full for the first time (`all` is false: there is more), and when the source has ended. */
  forecast: WorkForecast & { readonly all: boolean };
  /** An object that a run would send (dry run). */
  planned: {
    readonly key: string;
    readonly bot: string;
    readonly kind: MediaKind;
    readonly bytes: number;
    /** How its id is got by the message of another bot; absent where it is warmed. */
    readonly way?: AdoptWay;
    /** What is done first about its answer, which was lost. */
    readonly lost?: LostPlan;
  };
  /** A worker of the pool became busy or free; `count` of them are busy now. */
  active: { readonly count: number };
  /** An item got a free worker and a lane; its object is read next. */
  attempt: {
    readonly key: string;
    readonly bot: string;
    readonly kind: MediaKind;
    readonly chat: string;
    readonly bytes: number;
  };
  /** One call to Telegram ended, with or without a failure. */
  call: {
    readonly bot: string;
    readonly chat: string;
    readonly ms: number;
    readonly failure: Failure | null;
  };
  /** A message was asked for that a lost call may have posted; two calls where there was one. */
  look: {
    readonly bot: string;
    readonly chat: string;
    readonly messageId: number;
    readonly way: "edit" | "forward";
    /** What stands there; `locked`: one that the bot may not ask for this way; `unclear`: no answer decided. */
    readonly seen: "message" | "missing" | "locked" | "protected" | "unclear";
  };
  /** Messages of lost calls are looked for: of how many objects it is not decided yet. None is left at the end. */
  looking: { readonly left: number };
  /** A lane changed: it sent, was frozen or closed, moved to another chat, or has a new pace. */
  lane: LaneView;
  /** A lane is no longer known by this chat: its group became another, which may be a lane already. */
  laneMoved: { readonly bot: string; readonly chat: string; readonly to: string };
  /** A try failed and the item goes back to the queue. */
  retry: {
    readonly key: string;
    readonly bot: string;
    readonly kind: MediaKind;
    /** Null when no lane was used. */
    readonly chat: string | null;
    readonly failure: Failure;
    readonly notBefore: number;
  };
  item: ItemResult;
  /** What of a ledger is going to be checked is counted (verify). */
  checking: CheckPlan;
  /** A question to Telegram about an id ended (verify). Milliseconds of the engine's clock. */
  asked: { readonly bot: string; readonly ms: number; readonly failure: Failure | null };
  /** An id of the ledger was checked (verify). */
  checked: CheckedId;
  stopping: StopCause;
  /** The source now waits because the queue is full (`full`), or goes on. */
  room: { readonly full: boolean; readonly depth: number; readonly capacity: number };
  /** A scan of a source began or ended (worker). */
  pass: Pass;
  /** Claiming was started or stopped (worker). */
  claiming: { readonly running: boolean };
  /** A part of the outside world is out of order (`failure`), or in order again (null) (worker). */
  health: { readonly part: HealthPart; readonly failure: Failure | null };
}

/** What can be out of order while a worker lives: the bucket, Telegram as a whole, or a bot (`bot:<slug>`). */
export type HealthPart = "r2" | "telegram" | "source" | `bot:${string}`;

/** A scan of a source: its start (`ended` false, figures 0) or its end. */
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
  /** Why it stopped early; null when it did not. */
  readonly failure: Failure | null;
}

/** The name of an event. */
export type EventName = keyof EventMap;
type Listener<N extends EventName> = (event: EventMap[N]) => void;

/**
 * Typed events. What a listener throws, or rejects with, goes to `onError`, each time, and never stops the engine. Without one the first is a
 * notice to all others.
 */
export class Emitter {
  readonly #listeners = new Map<EventName, Listener<never>[]>();
  readonly #onError: (error: unknown) => void;
  #hasTold = false;

  constructor(onError?: (error: unknown) => void) {
    this.#onError = onError ?? ((error) => this.#tell(error));
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
        const answer: unknown = (listener as Listener<N>)(event);
        if (answer instanceof Promise) answer.catch(this.#onError);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  /** Once: whoever tells of it may be the one that throws. */
  #tell(error: unknown): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    const what = "unexpected error in what tells of this, which goes on; please report it";
    this.emit("notice", { level: "warn", text: `${what}: ${error}` });
  }
}
