import type { BotReport, IdDesk, IdQuery, IdReport, ReportsTaken, WarmId } from "./port.ts";
import { problemOf } from "./problem-of.ts";
import { RateLimit } from "./rate-limit.ts";

/** What a desk gives out, and where it puts what it is told. Methods throw LedgerError. */
export interface LedgerDeskParts {
  fileIds(queries: readonly IdQuery[]): Promise<(WarmId | null)[]>;
  /** Slug of the bot that is meant. */
  botOf(report: IdReport): string | Promise<string>;
  /** Keeps these durably, all or none: false where there is no room for so many. */
  keep(reports: readonly BotReport[]): Promise<boolean>;
  close(): Promise<void>;
}

/** Reports in a minute, of all bots together. */
const PER_MINUTE = 1_000;
/** Seconds after which there may be room again where too many wait to be taken over. */
const FULL_S = 60;

/** The ids of the ledger that this process works on. Reports go the way of all others: beside the ledger. */
export class LedgerDesk implements IdDesk {
  readonly #parts: LedgerDeskParts;
  readonly #limit = new RateLimit(PER_MINUTE);

  constructor(parts: LedgerDeskParts) {
    this.#parts = parts;
  }

  fileIds(queries: readonly IdQuery[]): Promise<(WarmId | null)[]> {
    return this.#parts.fileIds(queries);
  }

  async report(reports: readonly IdReport[]): Promise<ReportsTaken> {
    const good = reports.filter((report) => problemOf(report) === null);
    const { length } = good;
    if (!this.#limit.takes(length)) return { ok: false, retryAfter: this.#limit.wait(length) };
    const named = await Promise.all(
      good.map(async (report) => ({ ...report, bot: await this.#parts.botOf(report) })),
    );
    const isKept = length === 0 || (await this.#parts.keep(named));
    return isKept ? { ok: true, accepted: length } : { ok: false, retryAfter: FULL_S };
  }

  close(): Promise<void> {
    return this.#parts.close();
  }
}
