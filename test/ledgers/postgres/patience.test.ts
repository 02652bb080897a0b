import { expect, it } from "vitest";
import { ServerPatience } from "../../../src/ledgers/postgres/patience.ts";

/** What is told while work is done that the server undoes by these codes, one after another; others read meanwhile. */
async function toldOf(...codes: string[]): Promise<string[]> {
  const told: string[] = [];
  const patience = new ServerPatience({ place: "postgres://db/x", tell: (_, text) => void told.push(text) });
  const left = [...codes];
  const value = await patience.lasting(async () => {
    const code = left.shift();
    await patience.lasting(async () => "read");
    if (code !== undefined) throw Object.assign(new Error("the server's words"), { code });
    return "done";
  });
  expect([value, left]).toEqual(["done", []]);
  return told;
}

it("says nothing of a connection that was dropped and made again", async () => {
  expect(await toldOf("57P01")).toEqual([]);
  expect(await toldOf("ECONNRESET")).toEqual([]);
});

it("says at once that a server can only be read, and that it is back once it can be written", async () => {
  expect(await toldOf("25006", "25006")).toEqual([
    "the ledger at postgres://db/x can only be read, as after a failover (the server's words): waiting for it",
    "the ledger at postgres://db/x is back",
  ]);
});
