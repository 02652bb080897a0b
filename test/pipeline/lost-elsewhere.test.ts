import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/domain/clock.ts";
import { Emitter } from "../../src/domain/events.ts";
import { failure } from "../../src/domain/failure.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import type { LookVerdict } from "../../src/looks/port.ts";
import { LostRows } from "../../src/pipeline/lost-rows.ts";
import type { CanaryVerdict } from "../../src/pipeline/packs/canary.ts";
import { confirmation, facts, object } from "../conformance/tested-ledger.ts";
import { EMPTY_LEDGER, query, startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();
const A = facts(object("a.jpg"));
const TASK = { ...A, replace: false, queuedAt: 0, tries: 0, calls: 0, notBefore: 0 };
const MEDIA = { kind: "photo", fileId: "found", fileUniqueId: null, chatId: "-1", messageId: 7 } as const;
const FOUND: LookVerdict = {
  is: "found",
  media: { ...MEDIA, width: null, height: null, duration: null, mime: null },
};

if (typeof server === "string") {
  describe("a lost call that another process looks for as well", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());
  const url = await server.newDatabase();

  describe("a lost call that another process looks for as well", () => {
    let [ours, theirs]: Ledger[] = [];
    const open = () => openPostgresLedger({ url, command: "prewarm run" });
    const sql = (statement: string) => query(url, statement);
    /** As after a standstill for longer than leases last; also those of calls that were lost long ago are over. */
    const expire = () => sql("update prewarm_attempts set lease_until = clock_timestamp()");

    beforeEach(async () => {
      [ours, theirs] = [await open(), await open()];
    });
    afterEach(async () => {
      await Promise.all([ours?.close(), theirs?.close()]);
      await sql(EMPTY_LEDGER);
    });

    /** What becomes of the row where its message is judged like that, and its id, if it came in a pack. */
    async function resolved(
      seen: LookVerdict,
      judgeId: () => Promise<CanaryVerdict> = async () => "ordinary",
    ): Promise<unknown[]> {
      const ledger = ours as Ledger;
      const runBots = { configured: [A.bot], warming: [A.bot] };
      const rows = new LostRows({
        clock: systemClock(),
        events: new Emitter(),
        ledger,
        looks: {
          ask: async (calls, tell) => {
            for (const call of calls) await tell(call, seen);
          },
          clear: async () => {},
          idle: async () => {},
        },
        runBots,
        judge: { ledger, bots: [A.bot] } as never,
        draining: new AbortController().signal,
        remove: null,
        judgeId,
      });
      const made: unknown[] = [];
      for await (const planned of rows.resolve([TASK]))
        made.push(...planned.map((each) => (each.type === "item" ? each.item.status : each.type)));
      return made;
    }

    async function lose(pack: boolean): Promise<number> {
      const packed = { ...A, pack: { id: "p", index: 0 } };
      const [attempt = 0] = (await ours?.beginAll([pack ? packed : A])) ?? [];
      await ours?.doubt(attempt, failure("answer_lost", "no answer"));
      await expire();
      return Number(attempt);
    }

    it("is left to that one where it has written down what came of it", async () => {
      const attempt = await lose(false);
      const stay = ours?.lostCalls.bind(ours);
      if (ours && stay)
        ours = {
          ...ours,
          lostCalls: async (rows) => {
            const lost = await stay(rows);
            await theirs?.confirmLost(attempt, confirmation(A, "theirs"));
            return lost;
          },
        };
      expect(await resolved(FOUND)).toEqual(["unknown"]);
      expect(await sql("select tg_file_id from media_cache")).toEqual([{ tg_file_id: "theirs" }]);
    });

    it("has its id tried by the process that found it, and by no other, until that is gone or leaves it", async () => {
      await lose(true);
      const others: unknown[] = [];
      const judge = async (): Promise<CanaryVerdict> => {
        others.push((await theirs?.unproved([A.bot]))?.length);
        return "open";
      };
      expect(await resolved(FOUND, judge)).toEqual(["unknown"]);
      others.push((await theirs?.unproved([A.bot]))?.length);
      expect(others).toEqual([0, 1]);
    });

    it.each([
      ["ordinary", "ready"],
      ["rich_only", "ready"],
    ] as const)("whose id another one took over and tried is left to that one (%s)", async (worth, state) => {
      const attempt = await lose(true);
      const judge = async () => {
        await expire();
        await theirs?.unproved([A.bot]);
        await theirs?.confirm(attempt, confirmation(A, "theirs"));
        return worth;
      };
      expect(await resolved(FOUND, judge)).toEqual(["unknown"]);
      expect(await sql("select state from prewarm_attempts")).toEqual([{ state }]);
    });
  });
}
