import { AdaptivePace } from "../../lanes/adaptive.ts";
import { FixedPace } from "../../lanes/pace.ts";
import type { FloodLimits, FloodModel } from "../../sandbox/flood-control/limits.ts";
import { type Simulated, type Simulation, simulate } from "./lane-simulation.ts";

const MINUTE_MS = 60_000;
const MINUTES = 10;
const CHANGE_AT = 5 * MINUTE_MS;
/** What is documented for a group or channel, in messages a minute: where every pace begins. */
const DOCUMENTED = 20;
/** A bot's own limit in one chat's simulation: 30 a second. */
const MOST = 1_800;

/** One lane that is simulated for ten minutes. Limits in messages a minute. */
export interface LaneCase {
  readonly model: FloodModel;
  /** Milliseconds for which the server holds calls back in silence before it refuses one. */
  readonly absorbMs: number;
  readonly from: number;
  /** From the fifth minute on. */
  readonly to: number;
}

const SERVERS = (["token_bucket", "sliding_minute", "fixed_window"] as const).flatMap((model) =>
  [4_000, 0].map((absorbMs) => ({ model, absorbMs })),
);

/** Lanes whose limit nobody tells: other than the documented one, or changed under way. */
export const UNKNOWN: readonly LaneCase[] = SERVERS.flatMap((server) =>
  (
    [
      [12, 12],
      [35, 35],
      [60, 60],
      [35, 12],
      [20, 60],
    ] as const
  ).map(([from, to]) => ({ ...server, from, to })),
);

/** Lanes whose limit is the documented one. */
export const KNOWN: readonly LaneCase[] = SERVERS.map((server) => ({
  ...server,
  from: DOCUMENTED,
  to: DOCUMENTED,
}));

export type PaceName = "adaptive" | "documented";

/** Ten minutes of one lane; the same for the same seed. */
export function runLane(lane: LaneCase, pace: PaceName, seed: number): Simulated {
  const limits: Partial<FloodLimits> = { model: lane.model, absorbMs: lane.absorbMs, rate: lane.from };
  const simulation: Simulation = {
    pace:
      pace === "adaptive" ? new AdaptivePace({ start: DOCUMENTED, most: MOST }) : new FixedPace(DOCUMENTED),
    limits,
    minutes: MINUTES,
    seed,
    ...(lane.from === lane.to ? {} : { change: { at: CHANGE_AT, limits: { rate: lane.to } } }),
  };
  return simulate(simulation);
}

/** A span of time with one limit, in which the pace is judged. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** From the third minute after the start, and after a change, on. */
function spansOf({ from, to }: LaneCase): Span[] {
  const start = { from: 3 * MINUTE_MS, to: CHANGE_AT, limit: from };
  return from === to
    ? [{ ...start, to: MINUTES * MINUTE_MS }]
    : [start, { from: CHANGE_AT + 3 * MINUTE_MS, to: MINUTES * MINUTE_MS, limit: to }];
}

/** What was posted in the judged spans, and what the limits would have let through. */
export function reached(lane: LaneCase, { posted }: Simulated): { posted: number; allowed: number } {
  const spans = spansOf(lane);
  const within = (span: Span) => posted.filter((moment) => moment >= span.from && moment < span.to).length;
  return {
    posted: spans.reduce((sum, span) => sum + within(span), 0),
    allowed: spans.reduce((sum, { from, to, limit }) => sum + ((to - from) / MINUTE_MS) * limit, 0),
  };
}
