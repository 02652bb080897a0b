import { unlessAborted } from "../domain/abort.ts";
import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { WatchedLane, WatchedLanes } from "../lanes/port.ts";
import { preflight } from "../lanes/preflight.ts";
import type { Stop } from "../pipeline/stop.ts";
import type { Outages } from "./outages.ts";

export interface LaneWatchOptions {
  readonly clock: Clock;
  readonly stop: Stop;
  readonly events: Emitter;
  readonly outages: Outages;
  readonly lanes: WatchedLanes;
  readonly bots: readonly string[];
  /** Milliseconds of the engine's clock between two polls. */
  readonly intervalMs: number;
}

/** A freeze of all lanes of a bot that lasts longer than this is reported as an outage. */
const LONG_FREEZE_MS = 60_000;
/** A closed lane is checked this often, without posting: somebody may have added the bot again. */
const RETRY_MS = 60_000;
/** One that closes again soon after, as its chat takes the bot but not its posts, is checked less and less often, down to this. */
const LONGEST_RETRY_MS = 3_840_000;
/** A kind that a chat refused is allowed again this often: the next post shows whether the chat takes it now. */
const ALLOW_MS = 600_000;

/**
 * Watches lanes: reports which bots cannot send and why, and reopens closed lanes once their chat takes posts again.
 */
export class LaneWatch {
  readonly #options: LaneWatchOptions;
  #triedAt: number;
  #allowedAt: number;
  /** Lanes that were opened again: when, and for how long they are left alone if they close again. */
  readonly #opened = new Map<WatchedLane, { readonly at: number; readonly pauseMs: number }>();

  constructor(options: LaneWatchOptions) {
    this.#options = options;
    this.#triedAt = options.clock.now();
    this.#allowedAt = options.clock.now();
  }

  /** Resolves when the worker drains. */
  async run(): Promise<void> {
    const { stop, clock, intervalMs } = this.#options;
    while (!stop.draining.aborted) {
      await unlessAborted(this.poll(), stop.draining);
      await clock.sleep(intervalMs, stop.draining);
    }
  }

  /** Looks once. Cheap unless a closed lane is due to be checked. */
  async poll(): Promise<void> {
    const { clock, lanes } = this.#options;
    this.#tell();
    this.#allow();
    const closed = lanes.all.filter((lane) => lane.closed !== null && this.#isDue(lane));
    if (closed.length === 0 || clock.now() - this.#triedAt < RETRY_MS) return;
    this.#triedAt = clock.now();
    await Promise.all(closed.map((lane) => this.#tryAgain(lane)));
    this.#tell();
  }

  /** Makes the next poll check closed lanes: something has recovered. */
  again(): void {
    this.#triedAt = Number.NEGATIVE_INFINITY;
  }

  #allow(): void {
    const { clock, lanes } = this.#options;
    if (clock.now() - this.#allowedAt < ALLOW_MS) return;
    this.#allowedAt = clock.now();
    for (const lane of lanes.all) if (lane.refused.size > 0) lanes.allow(lane);
  }

  #isDue(lane: WatchedLane): boolean {
    const opened = this.#opened.get(lane);
    return !opened || this.#options.clock.now() - opened.at >= opened.pauseMs;
  }

  /** One that stayed open for as long as it had been left alone begins anew. */
  #noteOpened(lane: WatchedLane): void {
    const now = this.#options.clock.now();
    const before = this.#opened.get(lane);
    const isSoon = before !== undefined && now - before.at < 3 * before.pauseMs;
    const pauseMs = isSoon ? Math.min(2 * before.pauseMs, LONGEST_RETRY_MS) : RETRY_MS;
    this.#opened.set(lane, { at: now, pauseMs });
  }

  async #tryAgain(lane: WatchedLane): Promise<void> {
    const { clock, lanes, events } = this.#options;
    const found = await preflight([{ bot: lane.bot, chat: lane.chat }], clock);
    const open = found.open[0];
    if (!open || open.unasked || !lanes.reopen(lane, open.chat)) return;
    this.#noteOpened(lane);
    events.emit("notice", {
      level: "info",
      text: `lane ${lane.bot.slug} x ${open.chat.id} takes posts again`,
    });
  }

  #tell(): void {
    const { outages, bots, lanes } = this.#options;
    for (const bot of bots) {
      const why = lanes.whyAway(bot, LONG_FREEZE_MS);
      if (why) outages.begin(`bot:${bot}`, why);
      else outages.end(`bot:${bot}`);
    }
  }
}
