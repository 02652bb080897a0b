import type { WorkerView } from "../admin/worker-view.ts";
import { readEntries } from "../compose/read-entries.ts";
import type { Keeping } from "../compose/worker.ts";
import type { Outage } from "../domain/outage.ts";
import type { Snapshot } from "../figures/snapshot.ts";
import type { Session } from "./session.ts";

/** What the desk needs of a worker once it works. */
type Parts = Pick<Keeping, "queue" | "pool" | "outages" | "bell" | "asked">;

/** Where a worker is asked and told: what it shows of itself, and the hands that start it, stop it and give it work. */
export class WorkerDesk implements WorkerView {
  readonly cache: WorkerView["cache"];
  readonly #session: Session;
  #keeping: Parts | null = null;
  #open: (isOpen: boolean) => void = () => {};
  readonly #opened = new Promise<boolean>((resolve) => {
    this.#open = resolve;
  });
  #stopped = false;
  #stopping = false;

  constructor(session: Session, cache: WorkerView["cache"]) {
    this.#session = session;
    this.cache = cache;
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

  get maxQueue(): number {
    return this.#session.config.maxQueue;
  }

  get troubles(): readonly Outage[] {
    return this.#keeping?.outages.all ?? [];
  }

  snapshot(): Snapshot {
    return this.#session.tally.snapshot();
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
    const { ledger, config } = this.#session;
    // Nothing is written to a ledger before it is known whose it is.
    if (!(await this.#opened) || this.#stopping)
      return { ok: false, problem: "this worker is ending; ask the next one" };
    const bots = config.bots.map(({ slug }) => slug);
    const read = readEntries(given, bots);
    if (!read.ok) return read;
    const taken = await ledger.enqueue(read.entries);
    this.#keeping?.asked.ring();
    return { ok: true, ...taken };
  }
}
