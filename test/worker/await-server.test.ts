import { expect, it } from "vitest";
import { onceThere } from "../../src/compose/await-server.ts";
import { LedgerError } from "../../src/ledgers/error.ts";
import { VirtualClock } from "../helpers/clock.ts";

const AWAY = new LedgerError("postgres://db/x cannot be reached", 1, { fault: "away" });

/** What became of it, what was told, and how long it took by its clock, in seconds. */
async function opened(open: () => Promise<string>) {
  const clock = new VirtualClock({ now: 0 });
  const told: string[] = [];
  const end = onceThere(open, (level, text) => told.push(`${level} ${text}`), clock).catch((e: Error) => e);
  const value = await clock.runToEnd(end);
  return { value, told, seconds: clock.now() / 1000 };
}

it("opens a ledger once its server is there, and tells of the wait once", async () => {
  let tries = 0;
  const { value, told, seconds } = await opened(async () => {
    tries += 1;
    if (tries < 8) throw AWAY;
    return "open";
  });
  expect([value, tries]).toEqual(["open", 8]);
  expect(told).toEqual([
    "warn postgres://db/x cannot be reached: waiting for it, for up to 10 minutes",
    `info the ledger is there after ${Math.round(seconds)} s`,
  ]);
});

it("gives up after ten minutes, and at once what is not mended by waiting", async () => {
  const late = await opened(() => Promise.reject(AWAY));
  expect(late.value).toBe(AWAY);
  expect(late.seconds).toBeGreaterThanOrEqual(600);
  expect(late.seconds).toBeLessThan(610);
  const wrong = new LedgerError("refuses the password", 2);
  expect(await opened(() => Promise.reject(wrong))).toEqual({ value: wrong, told: [], seconds: 0 });
});
