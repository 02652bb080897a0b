import { describe, expect, it } from "vitest";
import { ledgerOn } from "../../../src/ledgers/sqlite.ts";
import { ledgerConformance } from "../../conformance/ledger.ts";
import { facts, object } from "../../conformance/tested-ledger.ts";
import { SimulatedDisk } from "./disk.ts";

const PLACE = { path: "ledger of a simulation", command: "prewarm run" };

ledgerConformance("memory, as simulations have it", async ({ now }) => {
  const disk = new SimulatedDisk();
  const ledger = ledgerOn(disk.open(), { ...PLACE, now });
  disk.sync();
  return {
    ledger,
    sql: async (statement) => disk.rows(statement),
    dispose: async () => {
      await ledger.close();
      disk.close();
    },
  };
});

describe("a simulated disk", () => {
  it("loses what was committed and not yet durable, and nothing else", async () => {
    const disk = new SimulatedDisk();
    const ledger = ledgerOn(disk.open(), PLACE);
    const kept = await ledger.begin(facts(object("a.jpg")));
    disk.sync();
    await ledger.begin(facts(object("b.jpg")));
    expect(disk.rows("select r2_key from prewarm_attempts")).toHaveLength(2);
    disk.crash();
    expect(disk.rows("select id, r2_key, state from prewarm_attempts")).toEqual([
      { id: kept, r2_key: "a.jpg", state: "sending" },
    ]);
    disk.close();
  });
});
