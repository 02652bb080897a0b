import pg from "pg";
import { CELL_TYPES } from "../../src/ledgers/postgres/pool.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import { ledgerConformance } from "../conformance/ledger.ts";
import type { Row } from "../conformance/tested-ledger.ts";
import { EMPTY_LEDGER } from "../helpers/postgres.ts";

/** What is promised of each ledger, of one at `url`; `direct` is an URL of the same database for what a test does beside it. */
export function postgresConformance(name: string, url: string, direct = url): void {
  ledgerConformance(name, async ({ now }) => {
    const ledger = await openPostgresLedger({ url, command: "prewarm run", now });
    const beside = new pg.Client({ connectionString: direct, types: CELLS });
    await beside.connect();
    return {
      ledger,
      sql: async (statement) => (await beside.query(statement)).rows as Row[],
      typedTimes: true,
      abandon: async () => {
        await beside.query(
          "update prewarm_attempts set fence = 0, lease_until = now() - interval '1 second'",
        );
      },
      dispose: async () => {
        await ledger.close();
        await beside.query(EMPTY_LEDGER);
        await beside.end();
      },
    };
  });
}

const BOOL = 16;

/** As the ledger reads them; flags are numbers, as in SQLite. */
const CELLS = {
  getTypeParser: (oid: number) =>
    oid === BOOL ? (text: string) => (text === "t" ? 1 : 0) : CELL_TYPES.getTypeParser(oid),
} as typeof CELL_TYPES;
