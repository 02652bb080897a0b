import type { Clock } from "../domain/clock.ts";
import type { Emitter, EventMap, StopCause } from "../domain/events.ts";
import { type ItemResult, movedBytes } from "../domain/outcome.ts";
import type { Snapshot } from "../figures/snapshot.ts";
import { PaceBuckets } from "./pace-buckets.ts";
import type { ReportedLane, RunRecord, Tallied } from "./record.ts";
import { NamedCounts, RetryReasons, Slowest } from "./tallies.ts";

interface LaneNotes {
  readonly pace: PaceBuckets;
  sent: number;
  floods: number;
  floodMs: number;
}

/** What a run knows of itself at its end. */
export interface RecordedEnd {
  readonly figures: Snapshot;
  readonly exitCode: number;
  readonly cause: StopCause | null;
  readonly ledger: string;
}

/** Curves of lanes are kept for so many of them. */
const LANES_DRAWN = 8;

/** Listens to a run and keeps what its report shows, in memory that does not grow with the number of media. */
export class RunRecorder {
  readonly #clock: Clock;
  readonly #begunUnix: number;
  #command = "prewarm run";
  readonly #all = new PaceBuckets();
  readonly #lanes = new Map<string, LaneNotes>();
  readonly #paces = new Map<string, number>();
  readonly #kinds = new NamedCounts();
  readonly #ways = new NamedCounts();
  readonly #retries = new RetryReasons();
  readonly #slowest = new Slowest();
  readonly #begun: number;
  #packed = false;

  constructor(events: Emitter, clock: Clock) {
    this.#clock = clock;
    this.#begun = clock.now();
    this.#begunUnix = clock.wall();
    events
      .on("started", ({ command }) => {
        this.#command = command;
      })
      .on("lane", (lane) => this.#lane(lane))
      .on("call", ({ bot, chat, failure }) => {
        if (failure?.class !== "flood") return;
        const notes = this.#notes(bot, chat);
        notes.floods++;
        notes.floodMs += failure.retryAfterMs ?? 0;
      })
      .on("retry", ({ key, failure, notBefore }) =>
        this.#retries.add(failure.reason, Math.max(0, notBefore - clock.now()), key),
      )
      .on("item", (item) => this.#item(item));
  }

  /** All that was kept, with what the run counted itself. */
  record({ figures, exitCode, cause, ledger }: RecordedEnd): RunRecord {
    const { counts, skips, reasons, latency, download, send, queueWait, laneWait } = figures;
    const lanes = figures.lanes.map((lane) => this.#laneRecord(lane));
    return {
      command: this.#command,
      ledger,
      begun: this.#begunUnix,
      durationMs: figures.durationMs,
      scale: figures.scale,
      exitCode,
      why: cause === null ? null : "failure" in cause ? cause.failure.message : cause.type,
      counts: Object.entries(counts).filter(([, count]) => count > 0),
      successRate: figures.successRate,
      perMinute: figures.perMinute,
      bytes: figures.bytes,
      kinds: this.#kinds.all,
      ways: this.#ways.all,
      skips: [...skips] as Tallied,
      packed: this.#packed,
      pace: this.#all.points(this.#begun),
      lanes,
      waits: this.#retries.all,
      failures: reasons.map(({ status, reason, count, example, message }) => ({
        status,
        reason,
        count,
        example,
        message,
      })),
      phases: [
        ["download + send", latency],
        ["download", download],
        ["send", send],
        ["waiting in the queue", queueWait],
        ["waiting for a lane", laneWait],
      ],
      slowest: this.#slowest.all,
      notes: [],
    };
  }

  #lane({ bot, chat, sent, perMinute, closed }: EventMap["lane"]): void {
    const now = this.#clock.now();
    const notes = this.#notes(bot, chat);
    const messages = Math.max(0, sent - notes.sent);
    notes.sent = sent;
    this.#paces.set(nameOf(bot, chat), closed === null ? perMinute : 0);
    notes.pace.add(now, { messages, allowed: closed === null ? perMinute : 0 });
    const allowed = [...this.#paces.values()].reduce((sum, pace) => sum + pace, 0);
    this.#all.add(now, { messages, allowed });
  }

  #item(item: ItemResult): void {
    const { status, kind, transfer, bot, key, latency, chatId } = item;
    this.#packed ||= item.pack !== undefined;
    if (status === "ready" || status === "weak") {
      this.#kinds.add(kind ?? "unknown");
      if (transfer !== null) this.#ways.add(transfer);
      this.#all.add(this.#clock.now(), { media: 1 });
      if (bot !== null && chatId !== null) this.#notes(bot, chatId).pace.add(this.#clock.now(), { media: 1 });
    }
    if (item.attempts === 0 || key === null) return;
    this.#slowest.add({
      key,
      bot: bot ?? "",
      kind: kind ?? "",
      bytes: movedBytes(item) || item.bytes,
      ms: latency.download + latency.send,
      phases: [
        ["download", latency.download],
        ["send", latency.send],
        ["queue", latency.queue],
        ["lane", latency.lane],
      ],
    });
  }

  #notes(bot: string, chat: string): LaneNotes {
    const name = nameOf(bot, chat);
    const known = this.#lanes.get(name) ?? { pace: new PaceBuckets(), sent: 0, floods: 0, floodMs: 0 };
    this.#lanes.set(name, known);
    return known;
  }

  #laneRecord({ bot, chat, sent, perMinute, closed }: EventMap["lane"]): ReportedLane {
    const { pace, floods, floodMs } = this.#notes(bot, chat);
    return {
      bot,
      chat,
      messages: sent,
      perMinute,
      floods,
      floodMs,
      out: closed?.message ?? null,
      pace: this.#lanes.size <= LANES_DRAWN ? pace.points(this.#begun) : [],
    };
  }
}

function nameOf(bot: string, chat: string): string {
  return JSON.stringify([bot, chat]);
}
