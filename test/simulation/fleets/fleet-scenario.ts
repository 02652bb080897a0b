import { Draw } from "../seeded/draw.ts";
import { type Part, type Scenario, scenarioOf } from "../seeded/scenario.ts";

/** Calls of a bot over all chats, where those are what is slow. */
const BOT_PACE = "0.1/s";

/** Milliseconds from the beginning after which calls that were lost in the first two minutes are old enough to be looked for. */
const LOOKED_FOR_MS = 740_000;

/** A process of a fleet. */
export interface Life {
  readonly kind: "run" | "worker" | "only";
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
  /** While which of its posts, counted from 1, is on its way it stands still as well, `afterMs` after it began: about as long as leases last. */
  readonly standsInCall: { readonly nth: number; readonly afterMs: number; readonly ms: number } | null;
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
  const more = new Draw(seed, 5);
  const held = rivals(
    lives.map((life) => ({ ...life, standsInCall: standIn(more) })),
    more,
  );
  const longer = new Draw(seed, 7);
  const slow = held.flatMap(({ standsInCall }) => (standsInCall ? slowCall(standsInCall, more, longer) : []));
  const crowd = crowded({ ...world, parts: [...parts, ...slow] }, more);
  // Drawn last, so that older seeds stay what they were.
  const looking = lookers(new Draw(seed, 9));
  return { world: hurried(crowd, more), lives: [...held, ...looking], outages, lost };
}

/** Processes that look for what the others lost, beside each other and beside runs that begin meanwhile; some stand still while they do. */
function lookers(draw: Draw): Life[] {
  if (!draw.chance(0.3)) return [];
  const kinds = ["only" as const, ...times(draw.from(1, 2), () => draw.oneOf(["only", "run"] as const))];
  return kinds.map((kind) => ({
    ...lifeOf(draw, false),
    kind,
    startAt: LOOKED_FOR_MS + draw.skewed(30_000),
    dieAt: draw.chance(0.3) ? draw.skewed(600) : null,
    stands: times(draw.chance(0.4) ? draw.from(1, 2) : 0, () => ({
      at: draw.from(500, 30_000),
      ms: draw.oneOf([2_000, 20_000, 35_000, 60_000]),
    })),
    standsInCall: null,
  }));
}

/** What is on its way when a process's leases are renewed ends together with its lanes, which whoever waits for them takes at once. */
const AFTER_RENEWAL_MS = 11_000;

/** Where nobody else notes the attempt meanwhile as one in doubt, its lease is over and its process does not know it. */
function standIn(draw: Draw): Life["standsInCall"] {
  if (!draw.chance(0.25)) return null;
  const afterMs = draw.oneOf([0, AFTER_RENEWAL_MS]);
  return { nth: draw.skewed(8), afterMs, ms: draw.from(20_000, afterMs > 0 ? 33_000 : 45_000) };
}

/**
 * The call in which a process stands still lasts until it does, if nobody else makes one before; or until it goes on, so that its leases are
 * to be renewed before there is an answer.
 */
function slowCall({ nth, afterMs, ms }: NonNullable<Life["standsInCall"]>, draw: Draw, longer: Draw): Part[] {
  if (afterMs === 0) return [];
  const moreMs = draw.from(1_000, 9_000) + (longer.chance(0.5) ? ms : 0);
  return [{ type: "send", nth, fault: { type: "slow", ms: afterMs + moreMs } }];
}

/** Where one stands still others often know what it is about to send, and have looked for it before it began. */
function rivals(lives: readonly Life[], draw: Draw): readonly Life[] {
  if (lives.every(({ standsInCall }) => standsInCall === null) || draw.chance(0.4)) return lives;
  return lives.map((life) => ({ ...life, startAt: draw.from(0, 1_000) }));
}

/** Calls of one process come soon after those of another, at a pace so slow that it shows; or there is so much to do that lanes go round. */
function crowded(world: Scenario, draw: Draw): Scenario {
  if (draw.chance(0.25)) return { ...world, pace: draw.oneOf(["1/min", "2/min", "2/min", "5/min"]) };
  if (!draw.chance(0.2)) return world;
  const objects = times(draw.from(8, 24), (at): Part => {
    const extension = draw.oneOf(["jpg", "bin"]);
    // A run that may not upload gives up after so many that cannot go by URL.
    const key = `many-${at}.${world.transfer === "url" ? "jpg" : extension}`;
    return { type: "object", key, content: `content ${at} of many`, parts: 0 };
  });
  const bots = world.bots.map((bot) => ({ ...bot, chats: bot.chats.slice(0, 1) }));
  const pace = draw.oneOf(["documented", "documented", "60/min", world.pace]);
  return { ...world, bots, pace, parts: [...world.parts, ...objects] };
}

/** What only makes sense where one process comes after another; a clock that is set while a process lives is off by what no database tells. */
function isOfOne(part: Part): boolean {
  return (
    part.type === "process" ||
    part.type === "pause" ||
    part.type === "from here" ||
    part.type === "between" ||
    (part.type === "event" && part.what.type === "jump")
  );
}

function lifeOf(draw: Draw, isWorker: boolean): Omit<Life, "standsInCall"> {
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

/** The pace of bots over all chats is slower than those of lanes. */
function hurried(world: Scenario, draw: Draw): Scenario {
  if (!draw.chance(0.1)) return world;
  return { ...world, pace: "6000/min", botPace: BOT_PACE };
}

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}
