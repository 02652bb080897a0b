import { LatencyHistogram } from "../domain/latency-histogram.ts";
import type { PastAttempt } from "../ledgers/past-attempt.ts";
import { PaceBuckets } from "./pace-buckets.ts";
import type { FailureRecord, PacePoint, ReportedLane, RunRecord } from "./record.ts";
import { NamedCounts, RetryReasons, Slowest } from "./tallies.ts";

/** A process that rests for longer, in milliseconds, began another run: numbers of processes come again. */
const PAUSE_MS = 3_600_000;

/** A run of the past, by the calls of one process. */
export interface PastRun {
  readonly owner: string;
  readonly begun: number;
  readonly ended: number;
  readonly attempts: readonly (readonly [state: string, count: number])[];
}

interface OpenRun {
  /** From 1. */
  readonly number: number;
  readonly owner: string;
  begun: number;
  ended: number;
  readonly states: NamedCounts;
}

/** Which of the runs that ended last these attempts belong to, counted from 1; attempts come the latest first. */
export class RunSplitter {
  readonly #runs: OpenRun[] = [];
  readonly #last = new Map<string, OpenRun>();

  /** Where it belongs to. */
  add(attempt: PastAttempt): number {
    const { owner, startedAt, endedAt, state } = attempt;
    const known = this.#last.get(owner);
    const isSame = known !== undefined && known.begun - (endedAt ?? startedAt) <= PAUSE_MS;
    const run = isSame
      ? known
      : {
          number: this.#runs.length + 1,
          owner,
          begun: startedAt,
          ended: endedAt ?? startedAt,
          states: new NamedCounts(),
        };
    if (!isSame) {
      this.#runs.push(run);
      this.#last.set(owner, run);
    }
    run.begun = Math.min(run.begun, startedAt);
    run.ended = Math.max(run.ended, endedAt ?? startedAt);
    run.states.add(state);
    return run.number;
  }

  get runs(): readonly PastRun[] {
    return this.#runs.map(({ owner, begun, ended, states }) => ({
      owner,
      begun,
      ended,
      attempts: states.all,
    }));
  }
}

/** States of a call that posted a message, or may have. */
const POSTED = ["ready", "unknown", "unchecked", "unproved", "discarded"];

interface PastLane {
  readonly pace: PaceBuckets;
  readonly bot: string;
  readonly chat: string;
  messages: number;
  floods: number;
}

/** Curves of lanes are drawn for so many of them. */
const LANES_DRAWN = 8;

/** Adds attempts of the past, in any order, up to the record of a run: what a ledger does not keep is not in it. */
export class PastRecorder {
  readonly #states = new NamedCounts();
  readonly #kinds = new NamedCounts();
  readonly #all = new PaceBuckets();
  readonly #lanes = new Map<string, PastLane>();
  readonly #times = new LatencyHistogram(3);
  readonly #retries = new RetryReasons();
  readonly #slowest = new Slowest();
  readonly #failures = new Map<string, FailureRecord>();
  #bytes = 0;
  #packed = false;
  #begun = Number.POSITIVE_INFINITY;
  #ended = 0;

  add(attempt: PastAttempt): void {
    const { state, startedAt, endedAt, purpose } = attempt;
    this.#packed ||= attempt.packIndex !== null;
    this.#begun = Math.min(this.#begun, startedAt);
    this.#ended = Math.max(this.#ended, endedAt ?? startedAt);
    if (attempt.chat !== null) this.#call(attempt, attempt.chat);
    if (purpose !== null) return;
    if (state === "retry") this.#retries.add(attempt.reason ?? "unknown", null, attempt.key);
    else this.#states.add(state);
    if (state === "ready") this.#ready(attempt);
    else if (state === "failed" || state === "unknown") this.#failed(attempt, state);
  }

  /** `paceOf` is what a lane is known to bear a minute; null where nothing is. */
  record(options: {
    readonly command: string;
    readonly ledger: string;
    readonly paceOf: (bot: string, chat: string) => number | null;
    readonly message: (text: string) => string;
  }): RunRecord {
    const { command, ledger, paceOf, message } = options;
    const begun = Number.isFinite(this.#begun) ? this.#begun : 0;
    // Times are to the second.
    const durationMs = begun === 0 ? 0 : Math.max(1_000, this.#ended - begun);
    const counts = this.#states.all;
    const [ready, bad] = [this.#states.of("ready"), this.#states.of("failed") + this.#states.of("unknown")];
    const at = (percent: number) => this.#times.percentile(percent) ?? 0;
    const lanes = [...this.#lanes.values()].sort((a, b) => b.messages - a.messages);
    return {
      command,
      ledger,
      begun,
      durationMs,
      scale: 1,
      exitCode: null,
      why: null,
      counts,
      successRate: ready + bad === 0 ? 1 : ready / (ready + bad),
      perMinute: durationMs > 0 ? (ready * 60_000) / durationMs : 0,
      bytes: this.#bytes,
      kinds: this.#kinds.all,
      ways: [],
      skips: [],
      packed: this.#packed,
      pace: withAllowed(this.#all.points(begun), sumOf(lanes.map(({ bot, chat }) => paceOf(bot, chat)))),
      lanes: lanes.map((lane) => laneRecord(lane, begun, lanes.length, paceOf)),
      waits: this.#retries.all,
      failures: [...this.#failures.values()]
        .sort((a, b) => b.count - a.count)
        .map((each) => ({ ...each, message: message(each.message) })),
      phases: this.#times.count === 0 ? [] : [["call", { p50: at(50), p95: at(95), p99: at(99) }]],
      slowest: this.#slowest.all,
      notes: [
        "Made from what the ledger keeps of each call: times are to the second, and what was skipped, read ahead or waited for is not in it. `prewarm run --report` knows more.",
      ],
    };
  }

  #call({ bot, startedAt, endedAt, packIndex, reason, state, purpose }: PastAttempt, chat: string): void {
    const name = JSON.stringify([bot, chat]);
    const lane = this.#lanes.get(name) ?? { pace: new PaceBuckets(), bot, chat, messages: 0, floods: 0 };
    this.#lanes.set(name, lane);
    const messages = POSTED.includes(state) && (packIndex ?? 0) === 0 ? 1 : 0;
    const media = state === "ready" && purpose === null ? 1 : 0;
    lane.messages += messages;
    if (reason === "flood_wait") lane.floods++;
    for (const pace of [lane.pace, this.#all]) pace.add(endedAt ?? startedAt, { messages, media });
  }

  #ready({ key, bot, kind, bytes, startedAt, endedAt }: PastAttempt): void {
    this.#kinds.add(kind);
    this.#bytes += bytes ?? 0;
    if (endedAt === null) return;
    const ms = endedAt - startedAt;
    this.#times.record(ms);
    this.#slowest.add({ key, bot, kind, bytes, ms, phases: [] });
  }

  #failed({ key, reason, message }: PastAttempt, status: string): void {
    const name = `${status} ${reason}`;
    const known = this.#failures.get(name);
    this.#failures.set(name, {
      status,
      reason: reason ?? "unknown",
      count: (known?.count ?? 0) + 1,
      example: known?.example ?? key,
      message: known?.message ?? message ?? "",
    });
  }
}

function laneRecord(
  { pace, bot, chat, messages, floods }: PastLane,
  begun: number,
  lanes: number,
  paceOf: (bot: string, chat: string) => number | null,
): ReportedLane {
  const perMinute = paceOf(bot, chat);
  const points = lanes <= LANES_DRAWN ? pace.points(begun) : [];
  return {
    bot,
    chat,
    messages,
    perMinute,
    floods,
    floodMs: null,
    out: null,
    pace: withAllowed(points, perMinute),
  };
}

function withAllowed(points: readonly PacePoint[], allowed: number | null): PacePoint[] {
  return points.map((point) => ({ ...point, allowed }));
}

/** Null where one of them is. */
function sumOf(paces: readonly (number | null)[]): number | null {
  return paces.reduce<number | null>((sum, pace) => (sum === null || pace === null ? null : sum + pace), 0);
}
