import { LedgerError } from "../ledgers/error.ts";
import { isBusy } from "../ledgers/sqlite/errors.ts";
import type { BotReport, IdReport } from "./port.ts";
import { problemOf } from "./problem-of.ts";
import { RateLimit } from "./rate-limit.ts";
import type { ReportOfKey } from "./with-reports.ts";

/** Where reports of a process are written. Methods throw LedgerError. */
interface ReportPlace {
  /** What stands there of this key and bot; nothing where that is read together with the ids. */
  ofKey(key: string, bot: string): readonly ReportOfKey[];
  /** False where there is no room. */
  keep(reports: readonly BotReport[]): Promise<boolean>;
  close(): void | Promise<void>;
}

export interface ReportKeeperOptions {
  readonly file: ReportPlace;
  /** Who is told what cannot be written beside the ledger; null for nobody. */
  readonly elsewhere: { report(report: IdReport): Promise<void>; close(): Promise<void> } | null;
  /** Told once of each kind of trouble. */
  readonly onTrouble: (text: string) => void;
}

/** Reports that are kept in memory while they cannot be written; the oldest go first. */
const MOST = 1_000;
/** Reports of one process in a minute: far more than a bot has to say. */
const PER_MINUTE = 1_000;

/** Keeps what a bot reports, on the disk beside the ledger where it may. It never throws. */
export class ReportKeeper {
  readonly #options: ReportKeeperOptions;
  readonly #limit = new RateLimit(PER_MINUTE);
  readonly #told = new Set<string>();
  #waiting: BotReport[] = [];
  #flushing: Promise<void> | null = null;

  constructor(options: ReportKeeperOptions) {
    this.#options = options;
  }

  /** Returns what was reported of this key and bot, as far as it can be read. */
  ofKey(key: string, bot: string): readonly ReportOfKey[] {
    const waiting = this.#waiting.filter((report) => report.key === key && report.bot === bot);
    try {
      return [...this.#options.file.ofKey(key, bot), ...waiting];
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      return waiting;
    }
  }

  /** Resolves when it is kept as well as it can be. */
  async keep(report: BotReport): Promise<void> {
    const problem =
      problemOf(report) ?? (this.#limit.takes(1) ? null : "more than 1,000 reports in a minute");
    if (problem) return this.#tell(`a report was dropped: ${problem}`);
    const isGone = ({ type, key, fileId }: BotReport) =>
      report.type === "dead" && type === "learned" && key === report.key && fileId === report.fileId;
    this.#waiting = [...this.#waiting.filter((each) => !isGone(each)), report].slice(-MOST);
    await this.#flush();
  }

  /** Writes what could not be written before, if it can be now. */
  async close(): Promise<void> {
    if (this.#waiting.length > 0) await this.#flush();
    await this.#options.file.close();
    await this.#options.elsewhere?.close();
  }

  async #flush(): Promise<void> {
    // What comes while something is being written goes with the next.
    if (this.#flushing) await this.#flushing;
    this.#flushing ??= this.#write().finally(() => {
      this.#flushing = null;
    });
    await this.#flushing;
  }

  async #write(): Promise<void> {
    const batch = this.#waiting;
    try {
      if (await this.#options.file.keep(batch)) this.#wrote(batch);
      else
        this.#tell(
          "so many reports wait beside the ledger that no more are kept: let a run or a worker take them over",
        );
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      // Another process is writing for that long: it goes with the next report.
      if (!isBusy(error)) await this.#elsewhere(batch, error);
    }
  }

  async #elsewhere(batch: readonly BotReport[], { message }: LedgerError): Promise<void> {
    const { elsewhere } = this.#options;
    if (elsewhere === null)
      return this.#tell(
        `reports cannot be kept beside the ledger, and are lost with this process (the latest ${MOST} are kept in memory); let it write there, or give reportTo: ${message}`,
      );
    this.#wrote(batch);
    for (const report of batch) await elsewhere.report(report);
  }

  #wrote(batch: readonly BotReport[]): void {
    this.#waiting = this.#waiting.filter((report) => !batch.includes(report));
  }

  #tell(text: string): void {
    const kind = text.slice(0, 30);
    if (!this.#told.has(kind)) this.#options.onTrouble(text);
    this.#told.add(kind);
  }
}
