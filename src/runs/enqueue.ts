import { connect } from "../compose/connect.ts";
import { enqueuePlan, openWorkLedger, type WorkLedger } from "../compose/enqueue.ts";
import type { Config } from "../config/config.ts";
import type { RunOptions } from "../config/run-options.ts";
import { Emitter, type StopCause } from "../domain/events.ts";
import { SourceFailed } from "../domain/source-failed.ts";
import type { Task } from "../domain/task.ts";
import { type Ended, plan } from "../pipeline/plan.ts";
import { exitCodeOf } from "./exit-code.ts";
import { Session } from "./session.ts";

export interface OpenEnqueueOptions {
  readonly config: Config;
  readonly options: RunOptions;
  readonly redact: (text: string) => string;
  readonly sandbox: boolean;
}

/** What was read so far, and what became of it. */
export interface Enqueued {
  readonly read: number;
  /** Work that was none before. */
  readonly written: number;
  /** Work that waited already, or is under way. */
  readonly waited: number;
  /** What is ready, or needs no work. */
  readonly skipped: number;
  /** What failed for good or is unknown, and is left as it is. */
  readonly left: number;
  /** What makes no sense, or is not there. */
  readonly failed: number;
}

/** How it ended. */
export interface EnqueueEnd {
  readonly counts: Enqueued;
  readonly cause: StopCause | null;
  readonly exitCode: number;
}

/** Tasks that are written in one transaction. */
const PORTION = 500;
const COMMAND = "prewarm enqueue";

/**
 * Writes the work of a bucket or a manifest down for workers. It is written in portions; what was written stays when it is stopped, and
 * is found when it is started again.
 */
export class Enqueue {
  readonly #session: Session;
  readonly #work: WorkLedger;
  readonly #options: RunOptions;
  readonly #tasks: Task[] = [];
  #counts = { read: 0, written: 0, waited: 0, skipped: 0, left: 0, failed: 0 };

  /** Throws ConfigError and LedgerError. */
  static async open({ config, options, redact, sandbox }: OpenEnqueueOptions): Promise<Enqueue> {
    const events = new Emitter();
    const work = await openWorkLedger(config, COMMAND, (level, text) =>
      events.emit("notice", { level, text }),
    );
    const connections = connect(config, redact);
    const session = new Session({ config, ledger: work.ledger, connections, events, sandbox });
    return new Enqueue(session, work, options);
  }

  private constructor(session: Session, work: WorkLedger, options: RunOptions) {
    this.#session = session;
    this.#work = work;
    this.#options = options;
  }

  get events(): Emitter {
    return this.#session.events;
  }

  get stop() {
    return this.#session.stop;
  }

  get place(): string {
    return this.#work.ledger.place;
  }

  get counts(): Enqueued {
    return this.#counts;
  }

  /** Throws ConfigError and LedgerError. */
  async toEnd(): Promise<EnqueueEnd> {
    await this.#session.unlessAway(() => this.#enqueue(), "what was written stays");
    const { cause } = this.stop;
    const bad = this.#counts.failed + this.#counts.left;
    return { counts: this.#counts, cause, exitCode: exitCodeOf({ cause, bad, botsOut: [] }) };
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async #enqueue(): Promise<void> {
    await this.#session.checkWorld();
    await this.#session.claim({ quiet: false });
    try {
      await this.#read();
    } catch (error) {
      if (!(error instanceof SourceFailed)) throw error;
      const { failure } = error;
      this.stop.drain({ type: failure.class === "auth" ? "denied" : "source", failure });
    }
    await this.#write();
  }

  async #read(): Promise<void> {
    const { config, ledger, connections, events, stop } = this.#session;
    const { limit = Number.POSITIVE_INFINITY } = this.#options;
    const given = { config, options: this.#options, ledger, connections, events };
    let tasks = 0;
    for await (const page of plan(enqueuePlan({ ...given, signal: stop.draining }))) {
      for (const planned of page) {
        if (stop.draining.aborted || tasks >= limit) return;
        this.#counts.read += 1;
        if (planned.type === "item") this.#count(planned);
        else {
          tasks += 1;
          this.#tasks.push(planned.task);
          if (this.#tasks.length >= PORTION) await this.#write();
        }
      }
    }
  }

  #count({ item }: Ended): void {
    const { status, left, error, reason } = item;
    if (left) this.#counts.left += 1;
    else if (reason === "in_flight_elsewhere") this.#counts.waited += 1;
    else if (status === "skipped" || status === "weak" || status === "ready") this.#counts.skipped += 1;
    else {
      this.#counts.failed += 1;
      this.#session.warn(`${item.where ?? item.key}: ${error?.message ?? status}`);
    }
  }

  async #write(): Promise<void> {
    const tasks = this.#tasks.splice(0);
    if (tasks.length === 0) return;
    const written = await this.#work.fleet.keep(tasks);
    this.#counts.written += written;
    this.#counts.waited += tasks.length - written;
  }
}
