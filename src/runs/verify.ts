import { type Connections, connect } from "../compose/connect.ts";
import {
  openFiles,
  openLedgerReader,
  openMarks,
  openObjects,
  perMinuteOf,
  strangerTo,
  type VerifyParts,
} from "../compose/verify.ts";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { VerifyOptions } from "../config/verify-options.ts";
import { unlessAborted } from "../domain/abort.ts";
import type { CheckPlan } from "../domain/check-plan.ts";
import type { Clock } from "../domain/clock.ts";
import { Emitter, type StopCause } from "../domain/events.ts";
import { type Failure, nextStep } from "../domain/failure.ts";
import { askPatiently, patienceOf } from "../domain/patience.ts";
import { SourceFailed } from "../domain/source-failed.ts";
import { type CheckSnapshot, CheckTally } from "../figures/check-tally.ts";
import type { LedgerMarks } from "../ledgers/marks.ts";
import type { LedgerReader } from "../ledgers/reader.ts";
import { Stop } from "../pipeline/stop.ts";
import { planOf } from "../verify/count.ts";
import type { Files } from "../verify/files.ts";
import { Sampler } from "../verify/sample.ts";
import { LedgerCheck } from "../verify/verify.ts";
import { exitCodeOf } from "./exit-code.ts";
import { CheckScope } from "./verify-scope.ts";

export interface OpenVerificationOptions {
  readonly config: Config;
  readonly options: VerifyOptions;
  readonly redact: (text: string) => string;
}

interface VerificationParts {
  readonly config: Config;
  readonly options: VerifyOptions;
  readonly reader: LedgerReader;
  /** Null where nothing is marked. */
  readonly marks: LedgerMarks | null;
  readonly connections: Connections;
}

/** How a check ended. */
export interface VerifyEnd {
  readonly cause: StopCause | null;
  readonly exitCode: number;
  readonly figures: CheckSnapshot;
  readonly botsOut: readonly { readonly bot: string; readonly failure: Failure }[];
  /** Lines of the manifest that make no sense. */
  readonly badLines: number;
  /** What was to be done; null where it did not come so far. */
  readonly plan: CheckPlan | null;
  /** The first key that is left; null where none is. */
  readonly unfinished: string | null;
}

/** So many in a row that could not be checked end it: going on would find no more. */
const IN_A_ROW = 20;

/**
 * A check of what a ledger says, against the bucket and against Telegram. It reads beside whoever writes to the ledger, and
 * marks what it finds (`--fix`) beside them, by short transactions. Nothing is posted.
 */
export class Verification {
  readonly events = new Emitter();
  readonly stop = new Stop(this.events);
  readonly tally: CheckTally;
  readonly options: VerifyOptions;
  readonly #config: Config;
  readonly #reader: LedgerReader;
  readonly #marks: LedgerMarks | null;
  readonly #connections: Connections;
  readonly #files: Files;
  readonly #parts: VerifyParts;
  readonly #scope: CheckScope;
  #plan: CheckPlan | null = null;
  #unfinished: string | null = null;

  /** Throws LedgerError where there is no ledger, and with `--fix` where it cannot be written. */
  static async open({ config, options, redact }: OpenVerificationOptions): Promise<Verification> {
    const reader = await openLedgerReader(config);
    try {
      const isWriting = options.fix && !options.run.dryRun;
      const marks = isWriting ? await openMarks(config) : null;
      return new Verification({ config, options, reader, marks, connections: connect(config, redact) });
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  private constructor({ config, options, reader, marks, connections }: VerificationParts) {
    this.options = options;
    this.#config = config;
    this.#reader = reader;
    this.#marks = marks;
    this.#connections = connections;
    this.tally = new CheckTally(this.events, connections.clock);
    const { draining, aborting } = this.stop;
    this.#parts = { config, options, connections, events: this.events, draining, aborting };
    this.#files = openFiles(this.#parts);
    const tell = (level: "info" | "warn", text: string) => this.#tell(level, text);
    this.#scope = new CheckScope({ config, options, reader, draining, tell });
    this.#watchUnchecked();
  }

  get clock(): Clock {
    return this.#connections.clock;
  }

  get ledgerPlace(): string {
    return this.#reader.place;
  }

  /** Checks to the end. Throws ConfigError and LedgerError. */
  async toEnd(): Promise<VerifyEnd> {
    const { maxDuration } = this.options.run;
    const cancel =
      maxDuration === undefined
        ? () => {}
        : this.clock.after(maxDuration, () => this.stop.drain({ type: "duration" }));
    await this.#work()
      .catch((error: unknown) => this.#sourceFailed(error))
      .finally(cancel);
    return this.#end();
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#marks?.close();
    await this.#connections.close();
  }

  async #work(): Promise<void> {
    for (const { text, next } of this.#config.warnings)
      this.#tell("warn", next === null ? text : `${text}; ${next}`);
    const stranger = await strangerTo(this.#reader, this.#config);
    if (stranger) throw new ConfigError([`${stranger.message}. Next: ${nextStep(stranger.reason)}`]);
    await unlessAborted(this.#enter(), this.stop.draining);
    if (this.stop.cause !== null) return;
    const counted = await this.#scope.count();
    if (this.stop.draining.aborted) return;
    this.#plan = planOf(counted, {
      sample: this.options.sample,
      places: this.options.places,
      perMinute: perMinuteOf(this.#config),
    });
    this.events.emit("checking", this.#plan);
    if (!this.options.run.dryRun && this.#plan.ids > 0) await this.#verify(this.#plan);
  }

  /** Asks whose tokens these are, and for the bucket, as far as they are asked later. */
  async #enter(): Promise<void> {
    const { places } = this.options;
    const bots = places.includes("telegram") ? this.#connections.bots : [];
    const asking = bots.map(async ({ bot }) => {
      const me = await this.#patiently(() => bot.getMe());
      if (!me.ok) this.#botOut(bot.slug, me.failure);
    });
    const bucket = places.includes("r2") ? this.#patiently(() => this.#connections.storage.check()) : null;
    const [answer] = await Promise.all([bucket, ...asking]);
    if (answer && !answer.ok) this.#denied(answer.failure);
    const { out } = this.#files;
    const [first] = out.values();
    if (first && bots.every(({ bot }) => out.has(bot.slug)))
      this.stop.drain({ type: "denied", failure: first });
  }

  #patiently<T>(ask: Parameters<typeof askPatiently<T>>[0]) {
    const patience = patienceOf(this.options.run.retries, Math.random);
    const mayPass = (failure: Failure) =>
      failure.class === "flood" || (failure.class === "transient" && !failure.unreached);
    return askPatiently(ask, { patience, clock: this.clock, signal: this.stop.draining, mayPass });
  }

  #botOut(bot: string, failure: Failure): void {
    this.#files.close(bot, failure);
    this.#tell("warn", `bot ${bot} is out: ${failure.message}. Next: ${nextStep(failure.reason)}`);
  }

  async #verify(plan: CheckPlan): Promise<void> {
    const { sample, places } = this.options;
    const sampler = sample && new Sampler(plan.ids, plan.of, Math.random);
    const verifier = new LedgerCheck({
      events: this.events,
      objects: plan.way && openObjects(this.#parts, plan.way, plan.below),
      files: places.includes("telegram") ? this.#files : null,
      ledger: this.#marks,
      takes: () => sampler?.takes() ?? true,
      atOnce: this.#config.concurrency,
      draining: this.stop.draining,
    });
    await verifier.run(this.#scope.pages());
    this.#unfinished = verifier.unfinished;
  }

  #watchUnchecked(): void {
    let row = 0;
    this.events.on("checked", ({ status, failure, bot }) => {
      const isOut = this.#files.out.has(bot);
      if (status !== "unchecked") row = 0;
      else if (!isOut) row += 1;
      if (row >= IN_A_ROW && failure) this.stop.drain({ type: "failures", failure, inARow: true });
      const all = this.#config.bots.every(({ slug }) => this.#files.out.has(slug));
      if (isOut && all && failure) this.stop.drain({ type: "denied", failure });
    });
  }

  #sourceFailed(error: unknown): void {
    if (!(error instanceof SourceFailed)) throw error;
    this.#denied(error.failure);
  }

  #denied(failure: Failure): void {
    this.stop.drain({ type: failure.class === "auth" ? "denied" : "source", failure });
  }

  #end(): VerifyEnd {
    const figures = this.tally.snapshot();
    const { deleted, changed, dead, unchecked } = figures.counts;
    const { cause } = this.stop;
    const botsOut = [...this.#files.out].map(([bot, failure]) => ({ bot, failure }));
    const open = this.#marks === null ? deleted + changed + dead : 0;
    return {
      cause,
      figures,
      botsOut,
      badLines: this.#scope.badLines,
      plan: this.#plan,
      unfinished: this.#unfinished,
      exitCode: exitCodeOf({ cause, bad: open + unchecked + this.#scope.badLines, botsOut }),
    };
  }

  #tell(level: "info" | "warn", text: string): void {
    this.events.emit("notice", { level, text });
  }
}
