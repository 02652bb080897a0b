import type { Lane } from "./lane.ts";
import { outlookOf } from "./outlook.ts";
import type { LaneOutlook } from "./port.ts";

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

  /** Until when all open lanes may not be called; Infinity where there is none. */
  get frozenUntil(): number {
    this.#frozenUntil ??= leastOf(this.open, ({ frozenUntil }) => frozenUntil);
    return this.#frozenUntil;
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
