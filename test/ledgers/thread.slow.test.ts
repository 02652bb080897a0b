import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LedgerError } from "../../src/ledgers/error.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { openSqliteLedger, type SqliteLedgerOptions } from "../../src/ledgers/sqlite.ts";
import { openThreadLedger as openWith } from "../../src/ledgers/thread/ledger.ts";
import { sqliteConformance } from "./sqlite-conformance.ts";

const BUILT = new URL("../../dist/ledgers/thread/main.js", import.meta.url);
const openThreadLedger = (options: SqliteLedgerOptions) => openWith(options, BUILT);

sqliteConformance("SQLite in a thread", openThreadLedger);

describe("a ledger in a thread", () => {
  let folder = "";
  let path = "";
  const opened: Ledger[] = [];
  const open = async () => {
    const ledger = await openThreadLedger({ path, command: "prewarm run" });
    opened.push(ledger);
    return ledger;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "prewarm-ledger-"));
    path = join(folder, "prewarm.db");
  });
  afterEach(async () => {
    for (const ledger of opened.splice(0)) await ledger.close();
    rmSync(folder, { recursive: true });
  });

  it("fails to open for the reason the ledger itself gives, and holds nothing then", async () => {
    const first = await open();
    const why = await openSqliteLedger({ path, command: "prewarm run" }).catch((error: Error) => error);
    expect(why).toBeInstanceOf(LedgerError);
    const refused = await openThreadLedger({ path, command: "prewarm run" }).catch((error: Error) => error);
    expect(refused).toBeInstanceOf(LedgerError);
    expect(refused).toMatchObject({ message: (why as Error).message, exitCode: 2 });
    await first.close();
    await open();
  });

  it("tells what is wrong with a file as the ledger itself does", async () => {
    const nowhere = { path: join(folder, "none", "prewarm.db"), command: "prewarm run" };
    const why = await openSqliteLedger(nowhere).catch((error: Error) => error);
    expect(why).toMatchObject({ fault: "no_folder" });
    const { message, fault, exitCode } = why as LedgerError;
    await expect(openThreadLedger(nowhere)).rejects.toMatchObject({ message, fault, exitCode });
  });

  it("fails what is asked after it was closed", async () => {
    const ledger = await open();
    await ledger.close();
    await ledger.close();
    await expect(ledger.lanes()).rejects.toThrow(LedgerError);
  });

  it("leaves the file to others when it is closed while calls are under way, with all of them done", async () => {
    const ledger = await open();
    const entries = Array.from({ length: 50 }, (_, i) => ({ key: `k${i}` }));
    const writes = entries.map((entry) => ledger.enqueue([entry]));
    await ledger.close();
    await Promise.all(writes);
    const again = await open();
    expect(await again.queued(0)).toHaveLength(50);
  });
});
