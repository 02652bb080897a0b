import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/domain/clock.ts";
import { failure } from "../../src/domain/failure.ts";
import { AttemptLost, TakenElsewhere } from "../../src/domain/shared-work.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import { confirmation, facts, object } from "../conformance/tested-ledger.ts";
import { EMPTY_LEDGER, query, startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();

if (typeof server === "string") {
  describe("leases of attempts in PostgreSQL", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());
  const url = await server.newDatabase();

  describe("leases of attempts in PostgreSQL", () => {
    let [one, two]: Ledger[] = [];
    const open = () => openPostgresLedger({ url, command: "prewarm run" });
    const sql = (statement: string) => query(url, statement);
    /** As if its 30 seconds had passed. */
    const expire = () => sql("update prewarm_attempts set lease_until = clock_timestamp()");
    const a = facts(object("a.jpg"));

    beforeEach(async () => {
      [one, two] = [await open(), await open()];
    });
    afterEach(async () => {
      await Promise.all([one?.close(), two?.close()]);
      await sql(EMPTY_LEDGER);
    });

    it("takes no id by an attempt whose lease is over, even where nobody has noted that, and notes it", async () => {
      const attempt = await one?.begin(a);
      await expire();
      await expect(one?.confirm(attempt ?? 0, confirmation(a, "late"))).rejects.toThrow(AttemptLost);
      expect(await sql("select state, error_reason from prewarm_attempts")).toEqual([
        { state: "unknown", error_reason: "process_died" },
      ]);
      expect(await sql("select status, tg_file_id from media_cache")).toEqual([
        { status: "unknown", tg_file_id: null },
      ]);
    });

    it("keeps no id of a pack by one either", async () => {
      const [attempt] = (await one?.beginAll([a])) ?? [];
      await expire();
      await expect(one?.holdUnproved(attempt ?? 0, confirmation(a, "late"))).rejects.toThrow(AttemptLost);
      expect(await sql("select state from prewarm_attempts")).toEqual([{ state: "unknown" }]);
    });

    it("lets nobody overwrite what another process has made of the row since", async () => {
      const attempt = await one?.begin(a);
      await expire();
      expect(await two?.recover()).toBe(1);
      const again = await two?.begin(a);
      await two?.confirm(again ?? 0, confirmation(a, "second"));
      await expect(one?.confirm(attempt ?? 0, confirmation(a, "first"))).rejects.toThrow(AttemptLost);
      await expect(one?.fail(attempt ?? 0, a, failure("media_refused", "no"))).rejects.toThrow(AttemptLost);
      expect(await sql("select status, tg_file_id from media_cache")).toEqual([
        { status: "ready", tg_file_id: "second" },
      ]);
    });

    it("lets one end that posted nothing, as long as nobody has noted it as lost", async () => {
      const attempt = await one?.begin(a);
      await expire();
      await one?.retry(attempt ?? 0, failure("flood_wait", "429"));
      expect(await sql("select state from prewarm_attempts")).toEqual([{ state: "retry" }]);
    });

    it("tells when calls were lost by the clock of this machine, also one that is ten minutes off", async () => {
      for (const off of [-600_000, 600_000]) {
        const machine = { ...systemClock(), wall: () => Date.now() + off };
        const ledger = await openPostgresLedger({ url, command: "prewarm run", machine });
        const lost = facts(object(`lost ${off}.jpg`));
        await ledger.doubt(await ledger.begin(lost), failure("answer_lost", "no answer"));
        const [[call] = []] = await ledger.lostCalls([lost]);
        const isNow = (unixMs = 0) => Math.abs(unixMs - machine.wall()) < 60_000;
        expect([call?.startedAt, call?.endedAt].map(isNow)).toEqual([true, true]);
        // Of two messages of this minute neither is the last one before it, nor the first one after it.
        const posts = off < 0 ? [11, 12] : [21, 22];
        for (const messageId of posts) {
          const next = facts(object(`message ${messageId}.jpg`));
          const confirmed = confirmation(next, `id ${messageId}`);
          const stored = { ...confirmed.stored, messageId };
          await ledger.confirm(await ledger.begin(next), { ...confirmed, stored });
        }
        const asked = { bot: lost.bot, chatId: String(lost.chatId), startedAt: machine.wall() - 60_000 };
        const neighbours = await ledger.neighbours({ ...asked, settledAt: machine.wall() });
        expect(neighbours.map(({ messageId }) => messageId)).toEqual(expect.arrayContaining(posts));
        expect(
          neighbours
            .filter(({ messageId }) => posts.includes(messageId))
            .map(({ endedAt }) => isNow(endedAt)),
        ).toEqual([true, true]);
        await ledger.close();
      }
    });

    it("leaves ids that wait to be tried to the process that is about to try them, until that is gone", async () => {
      const waits = async (ledger: Ledger | undefined) => (await ledger?.unproved([a.bot]))?.length;
      const [attempt] = (await one?.beginAll([a])) ?? [];
      await one?.holdUnproved(attempt ?? 0, confirmation(a, "among others"));
      expect([await waits(two), await waits(one)]).toEqual([0, 1]);
      await expect(two?.begin(a)).rejects.toThrow(TakenElsewhere);
      await one?.close();
      expect(await waits(two)).toBe(1);
      await two?.confirm(attempt ?? 0, confirmation(a, "among others"));
      await expect(two?.discard(attempt ?? 0, failure("file_id_dead", "no"))).rejects.toThrow(AttemptLost);
    });

    it("leaves messages of canaries, which are no ids that wait, to the process that is about to delete them, until that is gone", async () => {
      const [attempt] = (await one?.beginAll([a])) ?? [];
      await one?.holdUnproved(attempt ?? 0, confirmation(a, "among others"));
      const [id] = (await one?.unproved([a.bot])) ?? [];
      if (!id) throw new Error("none waits");
      const canary = (await one?.beginCanary(id, "-1001", null)) ?? 0;
      await one?.endCanary(canary, { state: "ready", messageId: 31 });
      const left = async (ledger: Ledger | undefined) =>
        (await ledger?.leftCanaries([a.bot]))?.map(({ messageId }) => messageId);
      expect([await left(two), await left(one)]).toEqual([[], [31]]);
      await one?.close();
      expect(await left(two)).toEqual([31]);
      expect((await two?.unproved([a.bot]))?.map((each) => each.attempt)).toEqual([attempt]);
    });

    it("drops an id that waits to be tried once another process sends its content, since its own stood still for too long", async () => {
      const [attempt] = (await one?.beginAll([a])) ?? [];
      await one?.holdUnproved(attempt ?? 0, confirmation(a, "among others"));
      await expire();
      const again = await two?.begin(a);
      await expect(one?.confirm(attempt ?? 0, confirmation(a, "among others"))).rejects.toThrow(AttemptLost);
      await two?.confirm(again ?? 0, confirmation(a, "by itself"));
      expect(await sql("select state from prewarm_attempts order by id")).toEqual([
        { state: "discarded" },
        { state: "ready" },
      ]);
    });

    it("begins nothing that another process has begun and lost since this one looked, be it in the same second", async () => {
      const askedAt = Date.now();
      const lost = await two?.begin(a);
      await two?.doubt(lost ?? 0, failure("answer_lost", "no answer"));
      await expect(one?.begin({ ...a, askedAt })).rejects.toThrow(TakenElsewhere);
      await two?.close();
      await expect(one?.begin({ ...a, askedAt })).rejects.toThrow(TakenElsewhere);
      await sql(
        "update prewarm_attempts set lease_until = lease_until - interval '1 hour', ended_at = ended_at - interval '1 hour'",
      );
      expect(await one?.begin({ ...a, askedAt })).toBeDefined();
    });

    it("begins nothing whose message another process has found since this one looked", async () => {
      const lost = (await two?.begin(a)) ?? 0;
      await two?.doubt(lost, failure("answer_lost", "no answer"));
      await sql(
        "update prewarm_attempts set lease_until = lease_until - interval '1 hour', ended_at = ended_at - interval '1 hour'",
      );
      const askedAt = Date.now();
      await two?.confirmLost(lost, confirmation(a, "found"));
      await expect(one?.begin({ ...a, askedAt })).rejects.toThrow(TakenElsewhere);
    });

    it("begins several or none, and says which one another process is sending", async () => {
      const all = ["a.jpg", "b.jpg", "c.jpg"].map((key) => facts(object(key)));
      await two?.begin(facts(object("b.jpg")));
      const taken = await one?.beginAll(all).catch((error: unknown) => error);
      expect(taken).toBeInstanceOf(TakenElsewhere);
      expect((taken as TakenElsewhere).nth).toBe(1);
      expect(await sql("select r2_key from prewarm_attempts")).toEqual([{ r2_key: "b.jpg" }]);
    });
  });
}
