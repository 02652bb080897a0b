import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../src/domain/clock.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import type { SharedLanes } from "../../src/ledgers/share-port.ts";
import { takeLanes } from "../../src/runs/probe-lanes.ts";
import { startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();
const LANE = { bot: "default", chat: "-1001" };
const OTHER = { bot: "default", chat: "-1002" };

if (typeof server === "string") {
  describe("the lanes of a probe", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  describe("the lanes of a probe", () => {
    let ledgers: Ledger[] = [];
    let asked = 0;
    let told: string[] = [];
    const worker = () => ledgers[0]?.shared as SharedLanes;
    const never = new AbortController().signal;

    beforeEach(async () => {
      const url = await server.newDatabase();
      [ledgers, asked, told] = [[], 0, []];
      for (const command of ["prewarm worker", "prewarm probe"])
        ledgers.push(await openPostgresLedger({ url, command }));
    });
    afterEach(async () => {
      await Promise.all(ledgers.map((ledger) => ledger.close()));
    });

    /** Takes both for a probe; each wait is over at once, and `between` is what happens in it. */
    const take = (between: () => Promise<void> = async () => {}, draining = never) => {
      const clock: Clock = {
        ...systemClock(),
        sleep: async () => {
          asked += 1;
          await between();
        },
      };
      const tell = (text: string) => void told.push(text);
      return takeLanes([LANE, OTHER], { ledger: ledgers[1] as Ledger, clock, draining, tell });
    };
    const mine = async () => (await worker().take([LANE, OTHER])).lanes.map(({ isOurs }) => isOurs);

    it("are called by nobody else until it has ended", async () => {
      const lanes = await take();
      expect([lanes?.has("default", "-1002"), lanes?.has("default", "-1003"), told]).toEqual([
        true,
        false,
        [],
      ]);
      expect(await mine()).toEqual([false, false]);
      await lanes?.leave();
      expect(await mine()).toEqual([true, true]);
    });

    it("are waited for where another process has them, which is named", async () => {
      await worker().take([OTHER]);
      const left = {
        ...OTHER,
        frozenUntil: 0,
        pace: 17,
        paceAt: 1,
        migratedTo: null,
        found: '{"a":1}',
        nextInMs: 0,
      };
      const lanes = await take(async () => {
        if (asked === 3) await worker().leave([left]);
      });
      const name = `\`prewarm worker\` \\(pid ${process.pid} on .+\\)`;
      expect([asked, told]).toEqual([
        3,
        [expect.stringMatching(new RegExp(`^lane default x -1002 is in use by ${name}; the probe begins`))],
      ]);
      await lanes?.leave();
      const [again] = (await worker().take([OTHER])).lanes;
      expect(again).toMatchObject({ isOurs: true, pace: 17, left: { found: '{"a":1}' } });
    });

    it("are not called where that one keeps them, and what it took is given back", async () => {
      await worker().take([OTHER]);
      const says =
        /^lane default x -1002 is in use by `prewarm worker` \(pid \d+ on .+\): end that one, or probe/;
      await expect(take()).rejects.toThrow(
        expect.objectContaining({ message: expect.stringMatching(says), exitCode: 2 }),
      );
      expect(asked).toBeGreaterThan(120);
      expect(await mine()).toEqual([true, true]);
    });

    it("are given back where it is stopped while it waits", async () => {
      await worker().take([OTHER]);
      const stop = new AbortController();
      expect(await take(async () => stop.abort(), stop.signal)).toBe(null);
      expect(await mine()).toEqual([true, true]);
    });
  });
}
