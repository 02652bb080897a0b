import type { Pace } from "../../lanes/port.ts";
import { FloodGate } from "../../sandbox/flood-control/gate.ts";
import { DEFAULT_FLOOD_LIMITS, type FloodLimits } from "../../sandbox/flood-control/limits.ts";
import { drawMs, seededRandom } from "../../sandbox/profiles.ts";

/** Usual time of an answer, from and to, in milliseconds. */
const ANSWERS_MS = [80, 200] as const;

/** A lane, what it is up against, and for how long. */
export interface Simulation {
  readonly pace: Pace;
  readonly limits: Partial<FloodLimits>;
  /** Other limits from a moment on, in milliseconds. */
  readonly change?: { readonly at: number; readonly limits: Partial<FloodLimits> };
  readonly minutes: number;
  readonly seed: number;
  /** Timers start a call up to this late, in milliseconds. */
  readonly lateMs?: number;
  /** When there is work again, by milliseconds since the start; at once when not given. */
  readonly workAt?: (elapsed: number) => number;
}

/** What came of a simulated lane. */
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
  const { pace, change, minutes, seed, lateMs = 10 } = simulation;
  const limits = { ...DEFAULT_FLOOD_LIMITS, ...simulation.limits };
  const random = seededRandom(seed);
  let now = Math.round(random() * 60_000);
  const begin = now;
  const end = begin + minutes * 60_000;
  const gate = new FloodGate(limits, { now: () => now });
  const [posted, refused, paces]: [number[], number[], [number, number][]] = [[], [], []];
  let tooEarly = 0;
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
    if (started < deadline) tooEarly += 1;
    const usual = Math.round(drawMs(ANSWERS_MS, random));
    const { waitMs, floodMs } = ask(gate, started);
    (floodMs === null ? posted : refused).push(started + waitMs - begin);
    now = started + waitMs + usual;
    if (floodMs !== null) deadline = now + floodMs;
    pace.ended({ times: { started, bodyEnd: started, ended: now }, floodMs, sent: floodMs === null });
    paces.push([now - begin, pace.perMinute]);
  }
  return { posted, refused, tooEarly, paces };
}

function ask(gate: FloodGate, now: number): { waitMs: number; floodMs: number | null } {
  const verdict = gate.ask(now);
  if (verdict.type === "refuse") return { waitMs: 0, floodMs: verdict.retryAfter * 1_000 };
  gate.book(now + verdict.waitMs);
  return { waitMs: verdict.waitMs, floodMs: null };
}
