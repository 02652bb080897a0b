import type { Bell } from "../domain/bell.ts";
import type { Clock } from "../domain/clock.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { FleetLedger } from "../ledgers/fleet-port.ts";
import type { Stop } from "../pipeline/stop.ts";
import { Backlog } from "./backlog.ts";
import { type FeedOptions, feed } from "./feed.ts";

export interface LeadWatchOptions extends FeedOptions {
  readonly clock: Clock;
  readonly stop: Stop;
  readonly fleet: FleetLedger;
  /** Rung when something was asked for by name, or others wrote rows. */
  readonly asked: Bell;
  /** Milliseconds of the engine's clock between two looks. */
  readonly intervalMs: number;
  /** Called when this worker begins to lead. */
  readonly onLead: () => void;
  /** Hears that the engine is away. */
  readonly away: (error: unknown) => void;
}

/** What one worker does for all: it reads the sources, and tells the engine what waits. */
const LEAD = "lead";
/** Real milliseconds: between two words that this worker leads (others ask for that as soon as nobody does), and between two looks whether the engine still knows what it was told. */
const [RENEW_MS, WHOLE_MS] = [10_000, 15_000];
/** Real milliseconds between two looks after jobs whose workers were lost, while the engine has some that are work, and otherwise. */
const [LOOK_AFTER_MS, SELDOM_MS] = [5_000, 600_000];
/** Real milliseconds in which what was asked for is gathered: a platform may write rows one by one. */
const GATHER_MS = 100;
const NEVER = Number.POSITIVE_INFINITY;
/** After so many seconds the engine is told once more of what still waits: it may have lost it. */
const AGAIN_S = 300;

/** Takes the lead of a fleet when nobody has it, and feeds the engine for as long as it is its. */
export class LeadWatch {
  readonly #options: LeadWatchOptions;
  #leads = false;
  /** As far as is known nobody leads. */
  #isVacant = true;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #wholeAt = Number.NEGATIVE_INFINITY;
  #lookedAfterAt = Number.NEGATIVE_INFINITY;
  #againAt = performance.now();
  /** What the engine was told before this moment is to be told again; null where nothing is. */
  #forgets: number | null = null;
  readonly #backlog = new Backlog();

  constructor(options: LeadWatchOptions) {
    this.#options = options;
  }

  /** Whether this worker reads the sources. */
  get leads(): boolean {
    return this.#leads;
  }

  /** Milliseconds for which work of each bot has waited without a break; empty while another worker leads. */
  backlog(): ReadonlyMap<string, number> {
    return this.#backlog.at(performance.now());
  }

  /** Resolves when the worker drains. Throws LedgerError. */
  async run(): Promise<void> {
    const { stop, asked, intervalMs, clock, fleet } = this.#options;
    while (!stop.draining.aborted) {
      await this.#renew();
      if (this.#leads) await this.#work();
      await clock.sleep(GATHER_MS * clock.scale, stop.draining);
      // Where another one leads there is nothing to look for until the pulse shows that nobody does.
      await asked.wait(this.#leads ? intervalMs : NEVER, clock, stop.draining);
    }
    if (this.#leads) await fleet.resign(LEAD);
    this.#leads = false;
  }

  /** Hears from each pulse whether a worker leads. */
  heard(isLed: boolean): void {
    if (this.#leads || isLed) return;
    this.#isVacant = true;
    this.#options.asked.ring();
  }

  /** Something has recovered: what waits is found by itself. */
  again(): void {
    this.#options.asked.ring();
  }

  async #renew(): Promise<void> {
    const now = performance.now();
    const before = this.#leads;
    if (before ? now - this.#renewedAt < RENEW_MS : !this.#isVacant) return;
    this.#renewedAt = now;
    this.#isVacant = false;
    this.#leads = await this.#options.fleet.lead(LEAD);
    if (!this.#leads) this.#backlog.seen([], now);
    if (this.#leads && !before) this.#options.onLead();
  }

  /** A portion at each look: there may be hundreds of thousands of rows. */
  async #forget(): Promise<void> {
    if (this.#forgets === null) return;
    const { fleet, asked } = this.#options;
    if ((await fleet.unfeed((performance.now() - this.#forgets) / 1000)) === 0) this.#forgets = null;
    else asked.ring();
  }

  async #work(): Promise<void> {
    const { engine, fleet, bots, away } = this.#options;
    const now = performance.now();
    try {
      if (now - this.#wholeAt >= WHOLE_MS) {
        this.#wholeAt = now;
        this.#backlog.seen(await fleet.botsWithWork(bots), now);
        if (!(await engine.isWhole())) this.#forgets = performance.now();
      }
      if (now - this.#againAt >= AGAIN_S * 1000) {
        this.#againAt = now;
        this.#forgets ??= now - AGAIN_S * 1000;
      }
      await this.#forget();
      const waiting = await fleet.waiting(bots);
      if (waiting.overdue) await fleet.sweep();
      if (now - this.#lookedAfterAt >= (waiting.fed ? LOOK_AFTER_MS : SELDOM_MS)) {
        this.#lookedAfterAt = now;
        await engine.lookAfter();
      }
      // What waits beyond that is fed as it is needed.
      await feed(this.#options, waiting);
    } catch (error) {
      if (error instanceof LedgerError) throw error;
      away(error);
    }
  }
}
