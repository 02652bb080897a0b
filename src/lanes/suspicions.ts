import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { RefusedIn } from "../domain/task.ts";
import { type Lane, type LaneCall, laneName } from "./lane.ts";
import type { UnclearRefusal } from "./port.ts";
import { Refusals, type Suspicion } from "./refusals.ts";

export interface SuspicionsOptions {
  readonly close: (lane: Lane, cause: Failure, kind?: MediaKind) => void;
  /** A lane takes posts again. */
  readonly opened: (lane: Lane) => void;
  readonly warn: (text: string) => void;
}

/** Closes lanes for what they refuse by texts that nobody knows, and opens them again where the media were at fault. */
export class Suspicions {
  readonly #lanes: () => readonly Lane[];
  readonly #options: SuspicionsOptions;
  readonly #refusals = new Refusals();
  readonly #suspected = new Map<Lane, Suspicion>();
  /** Calls that were under way when a lane became suspect: it is not judged before their answers. */
  readonly #awaited = new Map<Lane, readonly LaneCall[]>();

  constructor(lanes: () => readonly Lane[], options: SuspicionsOptions) {
    this.#lanes = lanes;
    this.#options = options;
  }

  /** Hears of a refusal; returns what a judgement needs to know of it later. */
  refused(bot: string, chat: string, refusal: UnclearRefusal): RefusedIn {
    const { code = null, message } = refusal.failure;
    const lane = this.#lanes().find((each) => each.bot.slug === bot && each.chat === chat);
    if (!lane) return { chat, code, message, passed: 0, passedOfKind: 0 };
    const suspicion = lane.closed === null ? this.#refusals.note(lane, refusal) : null;
    if (suspicion && !this.#awaited.has(lane)) {
      const underWay = [...lane.calls].filter(({ startedAt }) => startedAt !== null);
      this.#awaited.set(lane, underWay);
      this.ended(lane);
    }
    return { chat, code, message, passed: lane.sent, passedOfKind: lane.passed.get(refusal.kind) ?? 0 };
  }

  /** A call on this lane has ended. */
  ended(lane: Lane): void {
    const awaited = this.#awaited.get(lane);
    if (!awaited || awaited.some((call) => lane.calls.has(call))) return;
    this.#awaited.delete(lane);
    const suspicion = lane.closed === null ? this.#refusals.about(lane) : null;
    if (suspicion) this.#suspect(lane, suspicion);
  }

  passed(lane: Lane, kind: MediaKind, now: number): void {
    lane.passedAt.set(kind, now);
    lane.passed.set(kind, (lane.passed.get(kind) ?? 0) + 1);
    this.#refusals.passed(lane, kind);
  }

  acquit(medium: string): void {
    for (const lane of this.#refusals.acquit(medium)) {
      const suspicion = this.#suspected.get(lane);
      if (!suspicion) continue;
      this.#suspected.delete(lane);
      if (lane.closed === suspicion.cause) lane.closed = null;
      for (const kind of suspicion.kinds ?? []) lane.refused.delete(kind);
      this.#options.warn(`${laneName(lane)} takes posts again: what it refused was at fault itself`);
      this.#options.opened(lane);
    }
  }

  /** The lane starts anew. */
  forget(lane: Lane): void {
    this.#refusals.forget(lane);
    this.#suspected.delete(lane);
    this.#awaited.delete(lane);
  }

  #suspect(lane: Lane, suspicion: Suspicion): void {
    this.#suspected.set(lane, suspicion);
    const { cause, kinds } = suspicion;
    if (kinds === null) this.#options.close(lane, cause);
    else for (const kind of kinds) this.#options.close(lane, cause, kind);
    if (this.#lanes().some(({ closed }) => closed === null))
      this.#options.warn(`${laneName(lane)} is out${kinds ? " for some kinds" : ""}: ${cause.message}`);
  }
}
