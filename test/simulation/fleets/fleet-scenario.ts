import { Draw } from "../seeded/draw.ts";
import { type Part, type Scenario, scenarioOf } from "../seeded/scenario.ts";

/** A process of a fleet. */
export interface Life {
  readonly kind: "run" | "worker";
  /** Milliseconds from the beginning. */
  readonly startAt: number;
  /** The moment of its life at which it dies (see Mortal); null for none. */
  readonly dieAt: number | null;
  /** Milliseconds of its life after which it is told to end; null for none. */
  readonly stopAt: number | null;
  /** By how much the clock of its machine is off. */
  readonly offMs: number;
  /** When it stands still, as one that is stopped, and for how long. */
  readonly stands: readonly { readonly at: number; readonly ms: number }[];
}

/** What a seed makes of processes that share a ledger, beside what it makes of the world around them. */
export interface FleetScenario {
  readonly world: Scenario;
  readonly lives: readonly Life[];
  /** When nobody is there to ask for the ledger, and for how long. */
  readonly outages: readonly { readonly at: number; readonly ms: number }[];
  /** Transactions whose answer is lost, counted from 1. */
  readonly lost: readonly number[];
}

/** The scenario of a seed: the world of that seed, in which several processes live beside one another. */
export function fleetOf(seed: number): FleetScenario {
  const draw = new Draw(seed, 3);
  const world = scenarioOf(seed);
  const lives = times(draw.from(2, 4), (at) => lifeOf(draw, at === 0 && draw.chance(0.4)));
  const outages = times(draw.chance(0.2) ? 1 : 0, () => ({
    at: draw.skewed(120_000),
    ms: draw.skewed(60_000),
  }));
  const lost = times(draw.chance(0.4) ? draw.from(1, 3) : 0, () => draw.skewed(300));
  const parts = world.parts.filter((part) => !isOfOne(part));
  return { world: { ...world, parts }, lives, outages, lost };
}

/** What only makes sense where one process comes after another; a clock that is set while a process lives is off by what no database tells. */
function isOfOne(part: Part): boolean {
  return (
    part.type === "process" || part.type === "pause" || (part.type === "event" && part.what.type === "jump")
  );
}

function lifeOf(draw: Draw, isWorker: boolean): Life {
  const isTold = isWorker || draw.chance(0.15);
  return {
    kind: isWorker ? "worker" : "run",
    startAt: draw.skewed(draw.chance(0.5) ? 5_000 : 120_000),
    dieAt: draw.chance(0.4) ? draw.skewed(1_500) : null,
    stopAt: isTold ? draw.from(1_000, isWorker ? 600_000 : 60_000) : null,
    offMs: draw.chance(0.3) ? draw.oneOf([-600_000, -5_000, 5_000, 600_000]) : 0,
    stands: times(draw.chance(0.3) ? draw.from(1, 2) : 0, () => ({
      at: draw.skewed(120_000),
      ms: draw.oneOf([2_000, 20_000, 35_000, 100_000]),
    })),
  };
}

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}
