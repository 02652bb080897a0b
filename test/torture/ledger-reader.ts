import { existsSync } from "node:fs";
import Libsql from "libsql";
import { query } from "../helpers/own-postgres.ts";

type Cell = string | number | null;
/** A row as it lies in the ledger. */
export type LedgerRow = Readonly<Record<string, Cell>>;

/** No table yet: the process that would have made it died before that. */
const NOT_MADE = /no such table|does not exist/;

/** Reads a ledger as others do, by a path of SQLite or a URL of PostgreSQL. */
export class LedgerReader {
  readonly #place: string;

  constructor(place: string) {
    this.#place = place;
  }

  get isPostgres(): boolean {
    return this.#place.startsWith("postgres:");
  }

  /** The rows of a query; none of a ledger that is not made yet. */
  async rows(sql: string): Promise<readonly LedgerRow[]> {
    try {
      return await (this.isPostgres ? query<Record<string, Cell>>(this.#place, sql) : this.#sqlite(sql));
    } catch (error) {
      if (error instanceof Error && NOT_MADE.test(error.message)) return [];
      throw error;
    }
  }

  /** What a killed process had is nobody's at once, which its leases would make it after half a minute. */
  async endLeases(): Promise<void> {
    if (!this.isPostgres) return;
    for (const table of ["prewarm_attempts", "prewarm_processes", "prewarm_lane_leases"])
      await this.rows(`update ${table} set lease_until = now() - interval '1 minute'`);
  }

  #sqlite(sql: string): LedgerRow[] {
    if (!existsSync(this.#place)) return [];
    const database = new Libsql(this.#place, { timeout: 5_000 });
    try {
      database.exec("pragma query_only = 1");
      return database.prepare(sql).all([]) as LedgerRow[];
    } finally {
      database.close();
    }
  }
}
