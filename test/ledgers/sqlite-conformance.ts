import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ledger } from "../../src/ledgers/port.ts";
import { Sqlite } from "../../src/ledgers/sqlite/adapter.ts";
import type { SqliteLedgerOptions } from "../../src/ledgers/sqlite.ts";
import { ledgerConformance } from "../conformance/ledger.ts";
import type { Row } from "../conformance/tested-ledger.ts";

/** What is promised of each ledger, of one in a file, however it is opened. */
export function sqliteConformance(
  name: string,
  open: (options: SqliteLedgerOptions) => Promise<Ledger>,
): void {
  ledgerConformance(name, async ({ now }) => {
    const folder = mkdtempSync(join(tmpdir(), "prewarm-ledger-"));
    const path = join(folder, "prewarm.db");
    const ledger = await open({ path, command: "prewarm run", now });
    const other = new Sqlite(path, path);
    return {
      ledger,
      sql: async (statement) => other.all<Row>(statement),
      dispose: async () => {
        other.leave();
        await ledger.close();
        rmSync(folder, { recursive: true });
      },
    };
  });
}
