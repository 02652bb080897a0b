import { AdaptivePace } from "../../lanes/adaptive.ts";
import { FixedPace } from "../../lanes/pace.ts";
import type { FloodModel } from "../../sandbox/flood-control/limits.ts";
import { type Simulated, simulate } from "./lane-simulation.ts";

const MINUTE_MS = 60_000;
export const MINUTES = 10;
/** The minute in which a limit changes. */
export const CHANGE_AT = 5;
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
  /** From the minute {@link CHANGE_AT} on. */
  readonly to: number;
  /** Where its pace begins; {@link DOCUMENTED} when not given. */
  readonly start?: number;
  /** What answers take, in milliseconds, from and to. */
  readonly answersMs?: readonly [number, number];
}

const SERVERS = (["token_bucket", "sliding_minute", "fixed_window"] as const).flatMap((model) =>
  [4_000, 0].map((absorbMs) => ({ model, absorbMs })),
);

const CHANGES = [
  [12, 12],
  [35, 35],
  [60, 60],
  [35, 12],
  [20, 60],
] as const;

/** Lanes whose limit the pace does not know: other than the documented one, or changed under way. */
export const UNKNOWN: readonly LaneCase[] = SERVERS.flatMap((server) =>
  CHANGES.map(([from, to]) => ({ ...server, from, to })),
);

/** Lanes whose limit is the documented one. */
export const KNOWN: readonly LaneCase[] = SERVERS.map((server) => ({ ...server, from: 20, to: 20 }));

/** Private chats at the documented limit: their answers take two seconds, which is longer than their slots are apart. */
export const SLOW: readonly LaneCase[] = SERVERS.map((server) => ({
  ...server,
  from: 60,
  to: 60,
  start: 60,
  answersMs: [1_900, 2_100],
}));

export type PaceName = "adaptive" | "documented";

/** Ten minutes of one lane; the same for the same seed. */
export function runLane(lane: LaneCase, pace: PaceName, seed: number): Simulated {
  const { model, absorbMs, from, to, start = DOCUMENTED, answersMs } = lane;
  return simulate({
    pace: pace === "adaptive" ? new AdaptivePace({ start, most: MOST }) : new FixedPace(start),
    limits: { model, absorbMs, rate: from },
    minutes: MINUTES,
    seed,
    ...(answersMs ? { answersMs } : {}),
    ...(from === to ? {} : { change: { at: CHANGE_AT * MINUTE_MS, limits: { rate: to } } }),
  });
}

/** What was posted of what the limits would have let through, in percent: from the third minute after the start, and after a change, on. */
export function reached({ from, to }: LaneCase, { posted }: Simulated): number {
  const spans =
    from === to
      ? [{ begin: 3, end: MINUTES, limit: from }]
      : [
          { begin: 3, end: CHANGE_AT, limit: from },
          { begin: CHANGE_AT + 3, end: MINUTES, limit: to },
        ];
  const allowed = spans.reduce((sum, { begin, end, limit }) => sum + (end - begin) * limit, 0);
  const judged = posted.filter((ms) =>
    spans.some(({ begin, end }) => ms >= begin * MINUTE_MS && ms < end * MINUTE_MS),
  );
  return (100 * judged.length) / allowed;
}
