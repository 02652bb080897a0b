import type { ChalkInstance } from "chalk";
import { ConfigError } from "../config/error.ts";
import type { Flags } from "../config/layers.ts";
import type { Emitter } from "../domain/events.ts";
import type { Task } from "../domain/task.ts";
import type { Tally } from "../figures/tally.ts";
import { colourFor } from "../reporters/colour.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { failedToReporter } from "../reporters/run/failed-to.ts";
import {
  attachReporters,
  chooseReporters,
  type OutputPlan,
  type ProgressMode,
  type Reporters,
} from "../reporters/run/pick.ts";
import { type PlanLine, planText } from "../reporters/run/plan-text.ts";
import { finalTables } from "../reporters/run/tables.ts";

export interface OutputParts {
  readonly flags: Flags;
  readonly events: Emitter;
  readonly tally: Tally;
  readonly sandbox: boolean;
}

/** Everything that a run writes: data to stdout, all the rest to stderr. */
export class Output {
  readonly #parts: OutputParts;
  readonly #outputPlan: OutputPlan;
  readonly #colour: ChalkInstance;
  #reporters: Reporters | null = null;
  #failedTo: Reporter | null = null;
  #planned = false;

  constructor(parts: OutputParts) {
    const { flags } = parts;
    this.#parts = parts;
    this.#outputPlan = chooseReporters({
      progress: (flags.progress ?? "auto") as ProgressMode,
      quiet: flags.quiet === true,
      json: flags.json === true,
      isTTY: process.stderr.isTTY === true,
      term: process.env.TERM,
    });
    this.#colour = colourFor({ stream: process.stderr, env: process.env, noColor: flags.color === false });
  }

  /** Throws ConfigError when `failedTo` cannot be written. */
  async open(failedTo: string | undefined, scale: number): Promise<void> {
    const { events, tally } = this.#parts;
    const { stdout, stderr } = process;
    if (failedTo !== undefined)
      this.#failedTo = await failedToReporter(events, failedTo).catch((error: Error) => {
        throw new ConfigError([`--failed-to ${failedTo}: ${error.message}`]);
      });
    this.#reporters = await attachReporters(this.#outputPlan, {
      events,
      figures: tally,
      stdout,
      stderr,
      colour: this.#colour,
      scale,
    });
  }

  /** An object that a real run would send. */
  planned(task: Task): void {
    const { entry, bot, kind } = task;
    this.#reporters?.ndjson?.line({ type: "planned", key: entry.key, bot, kind, bytes: entry.bytes } as {
      type: string;
    });
  }

  plan(line: PlanLine): void {
    this.#planned = true;
    if (this.#reporters?.ndjson) this.#reporters.ndjson.line(line);
    else process.stdout.write(planText(line));
  }

  /** The final tables, or the last line of `--json`. */
  async end(exitCode: number, stopped: boolean): Promise<void> {
    await this.close();
    const run = this.#parts.tally.snapshot();
    if (this.#planned) return;
    this.#reporters?.ndjson?.summary(run, exitCode);
    await this.#reporters?.ndjson?.stop();
    const nothingDone = run.total === 0 && exitCode !== 0;
    if (this.#outputPlan.quiet || nothingDone) return;
    const width = process.stderr.columns ?? 100;
    const command = this.#parts.sandbox ? "prewarm run --sandbox" : "prewarm run";
    process.stderr.write(
      finalTables(run, {
        colour: this.#colour,
        plain: this.#outputPlan.plainTables,
        width,
        command,
        stopped,
      }),
    );
  }

  /** Takes progress off the screen and closes files. Safe to call twice. */
  async close(): Promise<void> {
    await this.#reporters?.stop();
    await this.#failedTo?.stop();
    this.#failedTo = null;
  }
}
