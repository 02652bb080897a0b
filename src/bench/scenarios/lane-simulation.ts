import { placeAt } from "../../lanes/place.ts";
import type { Pace, PaceCall } from "../../lanes/port.ts";
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
  /** Usual time of an answer, from and to, in milliseconds; 80 to 200 when not given. */
  readonly answersMs?: readonly [number, number];
  /** Calls under way at most, whatever the pace says. */
  readonly mostAtOnce?: number;
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

/** A call that the server has answered, as soon as its time has come. */
interface ComingAnswer extends PaceCall {
  readonly startedAt: number;
}

/** One lane against one chat's flood control, on a virtual clock of whole milliseconds. */
export function simulate(simulation: Simulation): Simulated {
  return new LaneRun(simulation).toEnd();
}

class LaneRun {
  readonly #simulation: Simulation;
  readonly #limits: FloodLimits;
  readonly #random: () => number;
  readonly #begin: number;
  readonly #gate: FloodGate;
  readonly #done = { posted: [] as number[], refused: [] as number[], paces: [] as [number, number][] };
  #now: number;
  /** Calls under way, by when their answers come. */
  #open: readonly ComingAnswer[] = [];
  #tooEarly = 0;
  #deadline = Number.NEGATIVE_INFINITY;
  #isChanged = false;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#limits = { ...DEFAULT_FLOOD_LIMITS, ...simulation.limits };
    this.#random = seededRandom(simulation.seed);
    this.#now = Math.round(this.#random() * 60_000);
    this.#begin = this.#now;
    this.#gate = new FloodGate(this.#limits, { now: () => this.#now });
  }

  toEnd(): Simulated {
    const { minutes, workAt } = this.#simulation;
    const end = this.#begin + minutes * 60_000;
    while (this.#now < end) {
      this.#now = Math.max(this.#now, this.#begin + (workAt?.(this.#now - this.#begin) ?? 0));
      const [answer] = this.#open;
      if (answer && !this.#mayBegin(answer.times.ended)) this.#end(answer);
      else this.#start();
    }
    for (const answer of this.#open) this.#end(answer);
    return { ...this.#done, tooEarly: this.#tooEarly };
  }

  /** Whether the next call begins before this answer comes. */
  #mayBegin(answerAt: number): boolean {
    const { pace, mostAtOnce = Number.POSITIVE_INFINITY } = this.#simulation;
    const at = Math.max(pace.next(this.#now), this.#deadline);
    const starts = this.#open.map(({ startedAt }) => startedAt);
    return at < answerAt && this.#open.length < mostAtOnce && placeAt(starts, pace, at) <= at;
  }

  #start(): void {
    const { pace, change, lateMs = 10, answersMs = ANSWERS_MS } = this.#simulation;
    const slotAt = pace.take(this.#now);
    this.#now = Math.ceil(Math.max(slotAt, this.#deadline) + this.#random() * lateMs);
    if (change && !this.#isChanged && this.#now - this.#begin >= change.at) {
      this.#gate.configure({ ...this.#limits, ...change.limits });
      this.#isChanged = true;
    }
    const started = this.#now;
    pace.started(slotAt, started);
    pace.left?.(slotAt, started);
    if (started < this.#deadline) this.#tooEarly += 1;
    const usual = Math.round(drawMs(answersMs, this.#random));
    const { waitMs, floodMs } = ask(this.#gate, started);
    (floodMs === null ? this.#done.posted : this.#done.refused).push(started + waitMs - this.#begin);
    const times = { started, bodyEnd: started, ended: started + waitMs + usual };
    const answer = { slotAt, startedAt: started, times, floodMs, sent: floodMs === null };
    this.#open = [...this.#open, answer].sort((one, other) => one.times.ended - other.times.ended);
  }

  #end(answer: ComingAnswer): void {
    const { pace } = this.#simulation;
    this.#now = Math.max(this.#now, answer.times.ended);
    this.#open = this.#open.filter((each) => each !== answer);
    if (answer.floodMs !== null) this.#deadline = Math.max(this.#deadline, this.#now + answer.floodMs);
    pace.ended(answer);
    this.#done.paces.push([this.#now - this.#begin, pace.perMinute]);
  }
}

function ask(gate: FloodGate, now: number): { waitMs: number; floodMs: number | null } {
  const verdict = gate.ask(now);
  if (verdict.type === "refuse") return { waitMs: 0, floodMs: verdict.retryAfter * 1_000 };
  gate.book(now + verdict.waitMs);
  return { waitMs: verdict.waitMs, floodMs: null };
}
