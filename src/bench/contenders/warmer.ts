import { type Config, secretsOf } from "../../config/config.ts";
import { ConfigError } from "../../config/error.ts";
import { readRunOptions } from "../../config/run-options.ts";
import { onAbort } from "../../domain/abort.ts";
import type { TransferMode } from "../../domain/choices.ts";
import { Emitter } from "../../domain/events.ts";
import type { ItemResult } from "../../domain/outcome.ts";
import { redactor } from "../../domain/secret.ts";
import type { LaneToOpen } from "../../lanes/preflight.ts";
import { Stop } from "../../pipeline/stop.ts";
import { Run } from "../../runs/run.ts";
import { WorkLog } from "./work-log.ts";

/** One pass over what lies below a prefix. */
export interface WarmPass {
  readonly prefix: string;
  readonly transfer: TransferMode;
  /** Objects at most; all without it. */
  readonly limit?: number | undefined;
  /** What is under way is cut off once it aborts. */
  readonly signal?: AbortSignal;
  /** Called after each item with the number of items that have ended. */
  readonly ended?: (items: number) => void;
}

/** A run of `prewarm run` without its screens, which makes one pass after another. */
export class Warmer {
  readonly #run: Run;
  readonly #lanes: readonly LaneToOpen[];

  /** Enters the run. Throws LedgerError, and ConfigError when nothing can be sent to or the bucket turns us away. */
  static async open(config: Config): Promise<Warmer> {
    const redact = redactor(secretsOf(config));
    const options = readRunOptions({});
    const run = await Run.open({ config, options, redact, sandbox: false, command: "prewarm bench" });
    try {
      const lanes = await run.enter();
      if (lanes) return new Warmer(run, lanes);
      const { cause } = run.stop;
      throw new ConfigError([cause && "failure" in cause ? cause.failure.message : "the run was stopped"]);
    } catch (error) {
      await run.close();
      throw error;
    }
  }

  private constructor(run: Run, lanes: readonly LaneToOpen[]) {
    this.#run = run;
    this.#lanes = lanes;
  }

  /** Resolves when all has ended. Items that were skipped do not count. Throws LedgerError. */
  async warm({ prefix, transfer, limit, signal, ended }: WarmPass): Promise<WorkLog> {
    const log = new WorkLog(this.#run.clock.now);
    const events = new Emitter()
      .on("active", () => log.started())
      .on("item", (item) => {
        note(log, item);
        ended?.(log.done.length + log.failed);
      });
    const stop = new Stop(events);
    const removeListener = signal && onAbort(signal, () => stop.abort());
    const options = { ...readRunOptions({ prefix, transfer }), limit };
    await this.#run.warm(this.#lanes, { options, events, stop }).finally(removeListener);
    return log;
  }

  close(): Promise<void> {
    return this.#run.close();
  }
}

/** The phases are those that prewarm reports of each item. */
function note(log: WorkLog, { status, latency, error }: ItemResult): void {
  if (status === "skipped") return;
  if (status === "ready" || status === "weak")
    log.succeeded({ ...latency, work: latency.download + latency.send });
  else log.failedOne(error?.message ?? status);
}
