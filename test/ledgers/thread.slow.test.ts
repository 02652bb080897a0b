import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
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

  it("is told in one message what was asked while it was at work", async () => {
    const ledger = await open();
    const seen = watchMessages();
    const many = Array.from({ length: 900 }, (_, i) => ({ key: `k${i}` }));
    const writes = [ledger.enqueue(many)];
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      writes.push(ledger.enqueue([{ key: `turn ${turn}` }]));
    }
    await Promise.all(writes);
    expect(seen.join(" ")).not.toContain("asked asked");
    expect(await ledger.queued(0)).toHaveLength(920);
  });

  it("is at work again before anybody looks at its answers", async () => {
    const ledger = await open();
    const writes: Promise<unknown>[] = [];
    const seen = watchMessages(() => {
      if (writes.length === 1) writes.push(ledger.enqueue([{ key: "second" }]));
    });
    writes.push(ledger.enqueue([{ key: "first" }]).then(() => seen.push("known")));
    await vi.waitFor(() => expect(writes).toHaveLength(2));
    await Promise.all(writes);
    expect(seen.slice(0, 4)).toEqual(["asked", "answered", "asked", "known"]);
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

/** What goes between this thread and others, in its order; `asked` is called when something went over. */
function watchMessages(asked: () => void = () => {}): string[] {
  const seen: string[] = [];
  const { postMessage, emit } = Worker.prototype;
  vi.spyOn(Worker.prototype, "postMessage").mockImplementation(function (this: Worker, ...sent) {
    seen.push("asked");
    postMessage.apply(this, sent);
    asked();
  });
  vi.spyOn(Worker.prototype, "emit").mockImplementation(function (this: Worker, name: string, ...given) {
    if (name === "message") seen.push("answered");
    return emit.apply(this, [name, ...given]);
  } as typeof emit);
  onTestFinished(() => void vi.restoreAllMocks());
  return seen;
}
