import type { FleetView, RetryRequest, WorkerView } from "../admin/worker-view.ts";
import { readEntries } from "../compose/read-entries.ts";
import type { Keeping } from "../compose/worker.ts";
import type { Outage } from "../domain/outage.ts";
import type { Snapshot } from "../figures/snapshot.ts";
import type { IdDesk } from "../ids/port.ts";
import type { Session } from "./session.ts";

/** What the desk needs of a worker once it works. */
type Parts = Pick<
  Keeping,
  "queue" | "pool" | "outages" | "bell" | "requests" | "packing" | "leads" | "backlog"
>;

/** Where a worker is asked and told: what it shows of itself, and the hands that start it, stop it and give it work. */
export class WorkerDesk implements WorkerView {
  readonly cache: WorkerView["cache"];
  readonly ids: IdDesk;
  readonly fleet: FleetView | null;
  readonly #session: Session;
  #keeping: Parts | null = null;
  #open: (isOpen: boolean) => void = () => {};
  readonly #opened = new Promise<boolean>((resolve) => {
    this.#open = resolve;
  });
  #stopped = false;
  #stopping = false;

  constructor(session: Session, cache: WorkerView["cache"], ids: IdDesk, fleet: FleetView | null = null) {
    this.fleet = fleet;
    this.#session = session;
    this.cache = cache;
    this.ids = ids;
    session.events.on("stopping", () => {
      this.#stopping = true;
      this.#open(false);
    });
  }

  /** The worker works from now on. */
  opens(keeping: Parts): void {
    this.#keeping = keeping;
    this.#open(true);
    const { queue, pool } = keeping;
    this.#session.tally.watch({ depth: () => queue.length, active: () => pool.active });
  }

  get running(): boolean {
    return !this.#stopped && !this.#stopping;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  get #bots(): readonly string[] {
    return this.#session.config.bots.map(({ slug }) => slug);
  }

  get maxQueue(): number {
    return this.#session.config.maxQueue;
  }

  get troubles(): readonly Outage[] {
    return this.#keeping?.outages.all ?? [];
  }

  get leads(): boolean {
    return this.#keeping?.leads() ?? false;
  }

  backlog(): ReadonlyMap<string, number> {
    return this.#keeping?.backlog() ?? new Map();
  }

  packWords(): ReturnType<WorkerView["packWords"]> {
    return this.#keeping?.packing.words() ?? [];
  }

  snapshot(): Snapshot {
    return this.#session.tally.snapshot();
  }

  async badRows(): Promise<{ readonly failed: number; readonly unknown: number }> {
    if (this.#keeping === null) return { failed: 0, unknown: 0 };
    return this.#session.ledger.countBad(this.#bots);
  }

  control(action: "start" | "stop"): boolean {
    const stopped = action === "stop";
    if (stopped !== this.#stopped) {
      this.#stopped = stopped;
      this.#session.events.emit("claiming", { running: this.running });
      this.#keeping?.bell.ring();
    }
    return this.running;
  }

  async enqueue(given: readonly unknown[]): ReturnType<WorkerView["enqueue"]> {
    const requests = await this.#requests();
    if (requests === null) return ENDING;
    const read = readEntries(given, this.#bots);
    return read.ok ? { ok: true, ...(await requests.enqueue(read.entries)) } : read;
  }

  async retry(what: RetryRequest): ReturnType<WorkerView["retry"]> {
    const requests = await this.#requests();
    if (requests === null) return ENDING;
    const { bot } = what;
    if (bot !== undefined && !this.#bots.includes(bot))
      return { ok: false, problem: `no bot "${bot}" in this worker (its bots: ${this.#bots.join(", ")})` };
    const bots = bot === undefined ? this.#bots : [bot];
    const taken = await ("keys" in what
      ? requests.retryKeys(what.keys, bots)
      : requests.retryState(what.state, bots));
    const all = "keys" in what ? "by their keys" : `all that are ${what.state}`;
    const asked = bot === undefined ? all : `${all}, of bot ${bot}`;
    this.#session.events.emit("notice", {
      level: "info",
      text: `asked to try rows again, ${asked}: ${taken.accepted === 1 ? "1 row" : `${taken.accepted} rows`} will be`,
    });
    return { ok: true, ...taken };
  }

  /** Null when the worker ends. Nothing is written to a ledger before it is known whose it is. */
  async #requests(): Promise<Keeping["requests"] | null> {
    return (await this.#opened) && !this.#stopping ? (this.#keeping?.requests ?? null) : null;
  }
}

const ENDING = { ok: false, problem: "this worker is ending; ask the next one", ending: true } as const;
