import pg from "pg";
import { afterAll, describe, it } from "vitest";
import { CELL_TYPES } from "../../src/ledgers/postgres/pool.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import { ledgerConformance } from "../conformance/ledger.ts";
import type { Row } from "../conformance/tested-ledger.ts";
import { startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();

if (typeof server === "string") {
  describe("the ledger in PostgreSQL", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  // To make a database takes longer than all that a test does with it.
  const url = await server.newDatabase();

  ledgerConformance("PostgreSQL", async ({ now }) => {
    const ledger = await openPostgresLedger({ url, command: "prewarm run", now });
    const beside = new pg.Client({ connectionString: url, types: CELLS });
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
        await beside.query(EMPTY);
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

const EMPTY = `do $$ begin execute (select 'truncate ' || string_agg(quote_ident(tablename), ', ') || ' restart identity'
  from pg_tables where schemaname = 'public' and tablename <> 'prewarm_identity'); end $$;
  delete from prewarm_identity where key not like '%\\_version'`;
