import { LedgerError } from "../../ledgers/error.ts";
import { openPostgresIdRows, type PostgresIdRows } from "../../ledgers/postgres-ids.ts";

/** Real milliseconds after which a ledger that could not be opened is tried again. */
const AGAIN_MS = 1_000;
/** The same for one whose tables are not of this version yet, in which no report can be kept; whoever still asks it has so long. */
const [RENEW_MS, LEAVE_MS] = [10_000, 120_000];

/** A ledger in PostgreSQL, opened when it is first asked, and again after it was away. */
export class OpenedRows {
  readonly #url: string;
  #opening: Promise<PostgresIdRows> | null = null;
  #renewAt = Number.POSITIVE_INFINITY;
  #failed: { readonly error: unknown; readonly at: number } | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  /** Throws LedgerError. */
  async use<T>(work: (rows: PostgresIdRows) => Promise<T>): Promise<T> {
    return work(await this.#open());
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    await opening?.then((rows) => rows.close()).catch(() => {});
  }

  async #open(): Promise<PostgresIdRows> {
    const now = performance.now();
    if (now > this.#renewAt) this.#renew();
    if (this.#failed !== null && now - this.#failed.at < AGAIN_MS) throw this.#failed.error;
    this.#opening ??= openPostgresIdRows(this.#url);
    const opening = this.#opening;
    try {
      const rows = await opening;
      this.#failed = null;
      if (!rows.isCurrent) this.#renewAt = Math.min(this.#renewAt, now + RENEW_MS);
      return rows;
    } catch (error) {
      if (this.#opening === opening) this.#opening = null;
      if (error instanceof LedgerError) this.#failed = { error, at: performance.now() };
      throw error;
    }
  }

  /** A migration may have added what was missing. */
  #renew(): void {
    const old = this.#opening;
    this.#opening = null;
    this.#renewAt = Number.POSITIVE_INFINITY;
    setTimeout(() => void old?.then((rows) => rows.close()).catch(() => {}), LEAVE_MS).unref();
  }
}
