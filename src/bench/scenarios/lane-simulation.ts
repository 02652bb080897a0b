import type { Pace } from "../../lanes/pace.ts";
import { FloodGate } from "../../sandbox/flood-control/gate.ts";
import { DEFAULT_FLOOD_LIMITS, type FloodLimits } from "../../sandbox/flood-control/limits.ts";
import { seededRandom } from "../../sandbox/profiles.ts";

export interface Simulation {
  readonly pace: Pace;
  readonly limits: Partial<FloodLimits>;
  /** Other limits from a moment on, in milliseconds. */
  readonly change?: { readonly at: number; readonly limits: Partial<FloodLimits> };
  /** Usual time of an answer, from and to, in milliseconds. */
  readonly answersMs?: readonly [number, number];
  readonly minutes: number;
  readonly seed: number;
  /** Timers start a call up to this late, in milliseconds. */
  readonly lateMs?: number;
  /** When there is work again, by milliseconds since the start; at once when not given. */
  readonly workAt?: (elapsed: number) => number;
}

export interface Simulated {
  /** Moments at which messages were posted, in milliseconds since the start, as all others. */
  readonly posted: readonly number[];
  readonly refused: readonly number[];
  /** Calls that were made before a deadline the server had set. */
  readonly tooEarly: number;
  /** Pace after each call: [moment, calls a minute]. */
  readonly paces: readonly (readonly [number, number])[];
}

/** One lane against one chat's flood control, on a virtual clock of whole milliseconds. */
export function simulate(simulation: Simulation): Simulated {
  const { pace, change, minutes, seed, answersMs = [80, 200], lateMs = 10 } = simulation;
  const limits = { ...DEFAULT_FLOOD_LIMITS, ...simulation.limits };
  const random = seededRandom(seed);
  let now = Math.round(random() * 60_000);
  const begin = now;
  const end = begin + minutes * 60_000;
  const gate = new FloodGate(limits, { now: () => now });
  const result = {
    posted: [] as number[],
    refused: [] as number[],
    tooEarly: 0,
    paces: [] as [number, number][],
  };
  let deadline = Number.NEGATIVE_INFINITY;
  let changed = false;
  while (now < end) {
    now = Math.max(now, begin + (simulation.workAt?.(now - begin) ?? 0));
    const slot = pace.take(now);
    now = Math.ceil(Math.max(slot, deadline) + random() * lateMs);
    if (change && !changed && now - begin >= change.at) {
      gate.configure({ ...limits, ...change.limits });
      changed = true;
    }
    const started = now;
    pace.started(slot, started);
    if (started < deadline) result.tooEarly += 1;
    const usual = Math.round(answersMs[0] + (answersMs[1] - answersMs[0]) * random());
    const { waitMs, floodMs } = ask(gate, started);
    (floodMs === null ? result.posted : result.refused).push(started + waitMs - begin);
    now = started + waitMs + usual;
    if (floodMs !== null) deadline = now + floodMs;
    pace.ended({ times: { started, bodyEnd: started, ended: now }, floodMs, sent: floodMs === null });
    result.paces.push([now - begin, pace.perMinute]);
  }
  return result;
}

function ask(gate: FloodGate, now: number): { waitMs: number; floodMs: number | null } {
  const verdict = gate.ask(now);
  if (verdict.type === "refuse") return { waitMs: 0, floodMs: verdict.retryAfter * 1_000 };
  gate.book(now + verdict.waitMs);
  return { waitMs: verdict.waitMs, floodMs: null };
}

/**
 * Messages a minute between two moments, in milliseconds.
 * @internal
 */
export function rate(posted: readonly number[], from: number, to: number): number {
  return (posted.filter((moment) => moment >= from && moment < to).length * 60_000) / (to - from);
}
