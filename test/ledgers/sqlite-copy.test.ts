import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LedgerError } from "../../src/ledgers/error.ts";
import { openScratchFolder } from "../../src/ledgers/scratch-folder.ts";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { openSqliteCopy } from "../../src/ledgers/sqlite-copy.ts";
import { facts, object } from "../conformance/tested-ledger.ts";
import { ownTmpdir } from "../helpers/tmpdir.ts";

/** What this process has open below a folder, removed files included. */
function openBelow(folder: string): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(`${folder}/`) ? [target] : [];
    } catch {
      return [];
    }
  });
}

/** A ledger in a folder of its own, which is closed, and a copy of it, in which each kind of statement was prepared. */
async function usedCopy(folder: string) {
  const path = join(folder, "data", "prewarm.db");
  mkdirSync(join(folder, "data"));
  await (await openSqliteLedger({ path, command: "prewarm run" })).close();
  const copy = await openSqliteCopy({ path, command: "prewarm run" });
  await copy.checkWorld(false);
  await copy.lanes();
  await copy.enqueue([]);
  for await (const page of copy.select(["failed"], { bots: [] })) if (page.length === 0) break;
  return copy;
}

describe("the copy of a ledger that a plan is made on", () => {
  it.skipIf(!existsSync("/proc/self/fd"))("is let go of and removed when it is closed", async () => {
    const folder = ownTmpdir();
    const copy = await usedCopy(folder);
    expect(readdirSync(folder).filter((name) => name.startsWith("prewarm-plan-"))).toHaveLength(1);
    await copy.close();
    expect(openBelow(folder).filter((path) => path.includes("prewarm-plan-"))).toEqual([]);
    expect(readdirSync(folder)).toEqual(["data"]);
  });

  it("knows by the lock whether the calls under way in the original are still made", async () => {
    const path = join(ownTmpdir(), "prewarm.db");
    const command = "prewarm run";
    const entry = object("a.jpg");
    const look = async () => {
      const copy = await openSqliteCopy({ path, command });
      const dead = await copy.recover();
      const [found] = await copy.lookup([{ bot: "default", kind: "photo", entry }]);
      await copy.close();
      return [dead, found?.state];
    };
    const original = await openSqliteLedger({ path, command });
    await original.begin(facts(entry));
    expect(await look()).toEqual([0, "under_way"]);
    await original.close();
    expect(await look()).toEqual([1, "unknown"]);
  });

  it("is not missed when somebody removed it before", async () => {
    const folder = ownTmpdir();
    const copy = await openSqliteCopy({ path: join(folder, "none.db"), command: "prewarm run" });
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    await copy.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a folder for temporary files", () => {
  it("clears what dead processes of this host left, and nothing else", async () => {
    const folder = ownTmpdir();
    const host = hostname().replace(/[^\w.]+/g, "_");
    const dead = `prewarm-plan-${host}-4194305-abcdef`;
    const others = [
      `prewarm-plan-${host}-${process.pid}-abcdef`,
      `prewarm-bench-${host}-4194305-abcdef`,
      "prewarm-plan-elsewhere-4194305-abcdef",
      "prewarm-plans-of-mine",
    ];
    for (const name of [dead, ...others]) mkdirSync(join(folder, name, "more"), { recursive: true });
    const scratch = await openScratchFolder("plan");
    await scratch.remove();
    await scratch.remove();
    expect(readdirSync(folder).sort()).toEqual([...others].sort());
  });

  it("that is not there, or may not be written, is named with what to set", async () => {
    const folder = ownTmpdir();
    process.env.TMPDIR = join(folder, "none");
    const refused = openSqliteCopy({ path: join(folder, "prewarm.db"), command: "prewarm run" });
    await expect(refused).rejects.toThrow(
      `the folder for temporary files, ${folder}/none, is not there; set TMPDIR to a folder that can be written`,
    );
    await expect(refused).rejects.toMatchObject({ exitCode: 2 });
    await expect(refused).rejects.toBeInstanceOf(LedgerError);
  });
});
