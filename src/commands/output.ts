import type { ChalkInstance } from "chalk";
import { ConfigError } from "../config/error.ts";
import type { StopCause } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import { shownJson } from "../domain/shown-json.ts";
import { asWritten } from "../domain/wording.ts";
import type { WorkPlan } from "../domain/work-forecast.ts";
import { colourFor } from "../reporters/colour.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { quietLine } from "../reporters/run/ending.ts";
import { failedToReporter } from "../reporters/run/failed-to.ts";
import { attachReporters, chooseReporters, type OutputPlan, type Reporters } from "../reporters/run/pick.ts";
import { planLine, planText } from "../reporters/run/plan-text.ts";
import { finalTables } from "../reporters/run/tables.ts";
import type { Run } from "../runs/run.ts";
import { commandsAfter } from "./again.ts";
import { runHook } from "./end-hook.ts";
import { failureErrorLine, tellError } from "./error-line.ts";
import { whyNotMade } from "./not-made.ts";
import type { CommandPlace } from "./place.ts";
import type { WritePage } from "./report-page.ts";
import type { RunFlags } from "./run-flags.ts";

export interface OutputOptions {
  readonly flags: RunFlags;
  readonly place: CommandPlace;
  readonly redact: (text: string) => string;
}

type RunSnapshot = ReturnType<Run["tally"]["snapshot"]>;

/** Everything that a run writes: data to stdout, all the rest to stderr. */
export class RunOutput {
  readonly #run: Run;
  readonly #after: ReturnType<typeof commandsAfter>;
  readonly #place: CommandPlace;
  readonly #outputPlan: OutputPlan;
  readonly #colour: ChalkInstance;
  readonly #onEnd: readonly string[];
  readonly #redact: (text: string) => string;
  #reporters: Reporters | null = null;
  #failedTo: Reporter | null = null;
  #page: WritePage | null = null;
  #planned = false;

  constructor(run: Run, { flags, place, redact }: OutputOptions) {
    const { stderr, env } = place;
    this.#run = run;
    this.#place = place;
    this.#redact = redact;
    this.#after = commandsAfter(flags);
    this.#onEnd = flags.onEnd ?? [];
    this.#outputPlan = chooseReporters({
      progress: flags.progress ?? "auto",
      quiet: flags.quiet === true,
      json: flags.json === true,
      isTTY: stderr.isTTY === true,
      term: env.TERM,
      ci: env.CI,
    });
    this.#colour = colourFor({ stream: stderr, env, noColor: flags.color === false });
  }

  /** Shows the run from now on. Throws ConfigError when the file of `--failed-to` or `--report` cannot be written. */
  async open(): Promise<void> {
    const { events, tally, clock, options } = this.#run;
    const { stdout, stderr } = this.#place;
    const { failedTo } = options;
    if (failedTo !== undefined)
      this.#failedTo = await failedToReporter(events, failedTo).catch((error: Error) => {
        throw new ConfigError([`--failed-to ${failedTo}: ${whyNotMade(error, failedTo)}`]);
      });
    if (options.report !== undefined) {
      const { reportPage } = await import("./report-page.ts");
      this.#page = reportPage(this.#run, options.report, {
        wording: this.#place.wording,
        redact: this.#redact,
      });
    }
    this.#reporters = await attachReporters(this.#outputPlan, {
      events,
      figures: tally,
      stdout,
      stderr,
      colour: this.#colour,
      scale: clock.scale,
      wording: this.#place.wording,
    });
  }

  /** What a dry run found, instead of the final tables. */
  plan(plan: WorkPlan): void {
    this.#planned = true;
    const { stdout, wording = asWritten } = this.#place;
    const run = this.#run.tally.snapshot();
    if (this.#reporters?.ndjson) this.#reporters.ndjson.line(planLine(plan, run));
    else stdout.write(wording(planText(plan, run, this.#after.run)));
  }

  /** With `--json`: what ended the run before its source was used up. */
  failure(failure: Failure, exitCode: number): void {
    const { wording = asWritten } = this.#place;
    this.#reporters?.ndjson?.line(failureErrorLine(failure, exitCode, (text) => wording(this.#redact(text))));
  }

  /** With `--json`: what was thrown. */
  error(error: unknown): void {
    if (this.#reporters?.ndjson) tellError(error, this.#place, this.#redact);
  }

  /** The final tables, or the last line of `--json`. */
  async end(exitCode: number, stopped: boolean, cause: StopCause | null = null): Promise<void> {
    await this.close();
    const run = this.#run.tally.snapshot();
    this.#writePage(run, exitCode, cause);
    if (!this.#planned) this.#reporters?.ndjson?.summary(run, exitCode);
    await this.#reporters?.ndjson?.stop();
    this.#tables(run, exitCode, stopped);
    if (!this.#planned) await this.#tellHook(run, exitCode);
  }

  #tables(run: RunSnapshot, exitCode: number, stopped: boolean): void {
    const nothingDone = run.total === 0 && exitCode !== 0 && stopped;
    const { stderr, wording } = this.#place;
    const { quiet, plainTables: plain } = this.#outputPlan;
    const width = stderr.columns || 100;
    const { run: command, status } = this.#after;
    const ending = { command, status, stopped, ledger: this.#run.ledgerPlace, width };
    // What stopped it was said when it did.
    if (quiet && exitCode !== 0 && !stopped)
      stderr.write(`${quietLine(run, { ...ending, exitCode, wording })}\n`);
    if (quiet || nothingDone || this.#planned) return;
    stderr.write(finalTables(run, { ...ending, colour: this.#colour, plain, wording }));
  }

  /** That no page could be written changes nothing about how the run ended. */
  #writePage(run: RunSnapshot, exitCode: number, cause: StopCause | null): void {
    const problem = this.#page?.(run, exitCode, cause) ?? null;
    if (problem !== null) this.#place.stderr.write(`${problem}\n`);
  }

  /** What it thinks of the end changes nothing about that. */
  async #tellHook(run: RunSnapshot, exitCode: number): Promise<void> {
    if (this.#onEnd.length === 0) return;
    const { summaryLine } = await import("../reporters/run/ndjson.ts");
    const problem = await runHook(this.#onEnd, `${shownJson(summaryLine(run, exitCode))}\n`);
    if (problem !== null) this.#place.stderr.write(`--on-end ${this.#onEnd[0]}: ${problem}\n`);
  }

  /** The exit code of a run whose lines of `--json` did not all get out, for whatever else it ended; says so. */
  codeWith(exitCode: number): number {
    const trouble = this.#reporters?.ndjson?.trouble() ?? null;
    if (trouble === null) return exitCode;
    const { stderr, wording = asWritten } = this.#place;
    const text = `prewarm: stdout cannot be written (${trouble}), so lines of --json are lost; what was warmed is in ${this.#run.ledgerPlace}; make room, then run again`;
    stderr.write(`${wording(this.#redact(text))}\n`);
    return exitCode === 0 ? 1 : exitCode;
  }

  /** Takes progress off the screen and closes files. Safe to call twice. */
  async close(): Promise<void> {
    await this.#reporters?.stop();
    await this.#failedTo?.stop();
    this.#failedTo = null;
  }
}
