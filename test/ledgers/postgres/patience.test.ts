import { expect, it } from "vitest";
import { ServerPatience } from "../../../src/ledgers/postgres/patience.ts";
import { VirtualClock } from "../../helpers/clock.ts";

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

it("says that a server can only be read also where it answered nothing before, once", async () => {
  const [clock, told] = [new VirtualClock(), [] as string[]];
  const patience = new ServerPatience({ place: "db", tell: (_, text) => void told.push(text), clock });
  let code = "ECONNREFUSED";
  const waiting = patience.lasting(async () => {
    if (code !== "") throw Object.assign(new Error(code), { code });
  });
  for (const next of ["25006", "ECONNREFUSED", "25006", ""]) {
    await clock.advance(15_000);
    code = next;
  }
  await clock.advance(15_000);
  await waiting;
  expect(told).toEqual([
    "the ledger at db does not answer (ECONNREFUSED): waiting for it",
    "the ledger at db can only be read, as after a failover (25006): waiting for it",
    expect.stringMatching(/^the ledger at db is back after \d+ s$/),
  ]);
});

const AWAY = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });

function patienceOn(clock: VirtualClock): ServerPatience {
  return new ServerPatience({ place: "postgres://db/x", tell: () => {}, clock });
}

it("waits for a server that is away, once there is a hurry, for as long from then on, and no longer", async () => {
  const clock = new VirtualClock();
  const patience = patienceOn(clock);
  let ended: unknown = null;
  const waiting = patience
    .lasting(() => Promise.reject(AWAY))
    .catch((error: unknown) => {
      ended = error;
    });
  await clock.advance(120_000);
  patience.hurry(30_000);
  await clock.advance(29_000);
  expect(ended).toBeNull();
  await clock.advance(6_000);
  await waiting;
  expect(ended).toMatchObject({ name: "LedgerError", fault: "away" });
});

it("tries once with no time left, however long it was to pause", async () => {
  const clock = new VirtualClock();
  const patience = patienceOn(clock);
  let [tries, isAway] = [0, true];
  const work = async () => {
    tries += 1;
    if (isAway) throw AWAY;
    return "done";
  };
  const waiting = patience.lasting(work);
  await clock.advance(60_000);
  const before = tries;
  isAway = false;
  patience.hurry(0);
  expect(await waiting).toBe("done");
  expect(tries).toBe(before + 1);
  isAway = true;
  await expect(patience.lasting(work)).rejects.toMatchObject({ fault: "away" });
  expect(tries).toBe(before + 2);
});

it("gives up what has no answer a moment after the last hurry, and does again what others undid", async () => {
  const clock = new VirtualClock();
  const patience = patienceOn(clock);
  const silent = patience.lasting(() => new Promise(() => {}));
  const isGivenUp = expect(silent).rejects.toMatchObject({ fault: "away" });
  patience.hurry(0);
  let undone = 3;
  const busy = patience.lasting(async () => {
    undone -= 1;
    if (undone > 0) throw Object.assign(new Error("deadlock"), { code: "40P01" });
    return "done";
  });
  await clock.advance(60_000);
  expect(await busy).toBe("done");
  await isGivenUp;
  await expect(patience.lasting(async () => "late")).rejects.toMatchObject({ fault: "away" });
});
