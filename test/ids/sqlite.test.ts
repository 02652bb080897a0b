import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openIds } from "../../src/ids/open.ts";
import type { Ids } from "../../src/ids/port.ts";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { idsConformance } from "../conformance/ids.ts";

idsConformance("a ledger in SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-ids-"));
  const path = join(folder, "prewarm.db");
  const ledger = await openSqliteLedger({ path, command: "prewarm run" });
  const opened: Ids[] = [];
  const another = (bot?: string) => {
    const ids = openIds(`sqlite:${path}`, { bot, onTrouble: () => {} });
    opened.push(ids);
    return ids;
  };
  return {
    ledger,
    ids: another(),
    another,
    dispose: async () => {
      for (const ids of opened) await ids.close();
      await ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
});
