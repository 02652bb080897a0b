import { type Config, secretsOf } from "../../config/config.ts";
import { ConfigError } from "../../config/error.ts";
import { readRunOptions } from "../../config/run-options.ts";
import { onAbort } from "../../domain/abort.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import { redactor } from "../../domain/secret.ts";
import type { TransferName } from "../../domain/task.ts";
import type { LaneFound } from "../../lanes/preflight.ts";
import { Stop } from "../../pipeline/stop.ts";
import { Run } from "../../runs/run.ts";

/** One pass over what lies below a prefix. */
export interface WarmPass {
  readonly prefix: string;
  readonly transfer: "auto" | TransferName;
  /** Objects at most; all without it. */
  readonly limit?: number | undefined;
  readonly events: Emitter;
  readonly signal: AbortSignal;
}

/** A run of `prewarm run` without its screens, which makes one pass after another. */
export class Warmer {
  readonly #run: Run;
  readonly #lanes: readonly LaneFound[];

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

  private constructor(run: Run, lanes: readonly LaneFound[]) {
    this.#run = run;
    this.#lanes = lanes;
  }

  get clock(): Clock {
    return this.#run.clock;
  }

  /** Resolves when all has ended, or, once `signal` aborts, what was under way has been cut off. Throws LedgerError. */
  async warm({ prefix, transfer, limit, events, signal }: WarmPass): Promise<void> {
    const stop = new Stop(events);
    const removeListener = onAbort(signal, () => stop.abort());
    const options = { ...readRunOptions({ prefix, transfer }), limit };
    await this.#run.warm(this.#lanes, { options, events, stop }).finally(removeListener);
  }

  close(): Promise<void> {
    return this.#run.close();
  }
}
