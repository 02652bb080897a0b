import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Lane } from "./lane.ts";
import { outlookOf } from "./outlook.ts";
import type { LaneOutlook } from "./port.ts";
import { whyNotSoon } from "./why.ts";

const NEVER = Number.POSITIVE_INFINITY;

/**
 * The lanes of one bot, with what was worked out of them: many bots are asked for the same again and again while nothing happens to
 * their lanes. Whoever changes a lane, or what is under way on it, says so by {@link OwnLanes.changed}. Moments on the engine's clock.
 */
export class OwnLanes {
  readonly all: readonly Lane[];
  #open: readonly Lane[] | null = null;
  #freeAt: number | null = null;
  #outlook: LaneOutlook | null = null;
  #frozenUntil: number | null = null;

  constructor(all: readonly Lane[]) {
    this.all = all;
  }

  get open(): readonly Lane[] {
    this.#open ??= this.all.filter(({ closed }) => closed === null);
    return this.#open;
  }

  /** Those that are open, and take this kind. */
  taking(kind?: MediaKind): readonly Lane[] {
    return kind ? this.open.filter((lane) => lane.takes(kind)) : this.open;
  }

  /** Why this bot, whose they are, cannot send within `patienceMs` of now; null when it can. */
  whyAway(bot: string, now: number, patienceMs: number): Failure | null {
    return this.#openFrom() - now <= patienceMs ? null : whyNotSoon(this.all, bot, now, patienceMs);
  }

  /** The earliest moment at which one is free. What was found holds until it has come: only an event makes it earlier. */
  freeAt(now: number): number {
    if (this.#freeAt === null || this.#freeAt <= now)
      this.#freeAt = leastOf(this.open, (lane) => lane.freeAt(now));
    return this.#freeAt;
  }

  /** What is due stays due until something happens. */
  outlook(now: number): LaneOutlook {
    this.#outlook ??= outlookOf(this.open, now);
    const { dueAt, perMinute } = this.#outlook;
    return dueAt > now ? this.#outlook : { dueAt: now, perMinute };
  }

  /** Something happened to a lane. */
  changed(): void {
    this.#open = null;
    this.#freeAt = null;
    this.#outlook = null;
    this.#frozenUntil = null;
  }

  /** From when one of them may be called; Infinity where there is none. */
  #openFrom(): number {
    this.#frozenUntil ??= leastOf(this.open, ({ frozenUntil }) => frozenUntil);
    return this.#frozenUntil;
  }
}

/** The lanes of each bot. */
export function byBot(lanes: readonly Lane[]): Map<string, OwnLanes> {
  const grouped = new Map<string, Lane[]>();
  for (const lane of lanes) {
    const own = grouped.get(lane.bot.slug) ?? [];
    own.push(lane);
    grouped.set(lane.bot.slug, own);
  }
  return new Map([...grouped].map(([bot, own]) => [bot, new OwnLanes(own)]));
}

function leastOf(lanes: readonly Lane[], of: (lane: Lane) => number): number {
  return lanes.reduce((least, lane) => Math.min(least, of(lane)), NEVER);
}
