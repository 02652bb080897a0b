import { describe, expect, it, onTestFinished } from "vitest";
import { LedgerError } from "../../src/ledgers/error.ts";
import { MINUTE, SECOND, Town } from "../simulation/town.ts";
import { verdict } from "../simulation/verdict.ts";

async function town(): Promise<Town> {
  const opened = await Town.open(1);
  onTestFinished(() => opened.close());
  return opened;
}

const put = (place: Town, count: number, folder = "media") => {
  for (let i = 0; i < count; i++)
    place.put(`${folder}/${i}.bin`, `content ${folder} ${i}`.padEnd(40 + i, "."));
};
const sending = (place: Town) =>
  Number(place.sql("select count(*) as n from prewarm_attempts where state = 'sending'")[0]?.n);
const sendingSomething = async (place: Town) => {
  await place.live(2 * SECOND);
  while (sending(place) === 0) await place.live(place.clock.now() + 50);
};
const posts = (place: Town) => place.servers.botApi.truth().length;

/** Ends the worker as a signal does, and lets it take its time. */
async function stop(place: Town): Promise<void> {
  const ended = place.stopWorker();
  await place.live(place.clock.now() + MINUTE);
  await ended;
}

describe("a worker", () => {
  it("claims an object that is put into the bucket within one list interval", async () => {
    const place = await town();
    place.start();
    await place.live(MINUTE);
    put(place, 1);
    await place.live(MINUTE + 10 * MINUTE + 5 * SECOND);
    expect(posts(place)).toBe(2);
  });

  it("hands what is asked for by name to a free lane at once", async () => {
    const place = await town();
    put(place, 1, "others");
    place.start();
    await place.live(MINUTE);
    place.enqueue(["others/0.bin"]);
    await place.traffic.calm();
    const calls = place.servers.botApi.calls().filter(({ method }) => method === "sendDocument");
    expect(calls.map(({ bot, started }) => [bot, started]).sort()).toEqual([
      ["7000001", MINUTE],
      ["7000002", MINUTE],
    ]);
  });

  it("lets what is under way finish when it is stopped, and begins nothing new", async () => {
    const place = await town();
    put(place, 40);
    place.start();
    await sendingSomething(place);
    const begun = () => place.sql("select count(*) as n from prewarm_attempts")[0]?.n;
    const before = begun();
    await stop(place);
    expect([sending(place), begun()]).toEqual([0, before]);
    place.start();
    await place.live(30 * MINUTE);
    await stop(place);
    expect(verdict(place, [])).toEqual([]);
  });

  it("drains at once also while it waits for weather", async () => {
    const place = await town();
    put(place, 3);
    place.start();
    await place.live(MINUTE);
    place.put("media/no-extension", "asked for its type, which takes a HEAD");
    place.faults.r2 = { status: 503 };
    await place.live(12 * MINUTE);
    const ended = place.stopWorker();
    await place.traffic.calm();
    await ended;
    expect(place.clock.now()).toBe(12 * MINUTE);
  });

  it("ends with what broke when its ledger does, once what is under way has ended", async () => {
    const place = await town();
    put(place, 20);
    place.start();
    await sendingSomething(place);
    place.sql("alter table prewarm_queue rename column id to number");
    await place.live(10 * MINUTE);
    expect(place.worker).toBeNull();
    expect(place.surprises).toEqual([expect.any(LedgerError)]);
    expect(sending(place)).toBe(0);
  });

  it("starts while R2 and Telegram are away, and goes on when they come", async () => {
    const place = await town();
    put(place, 5);
    await place.gates.botApi.shut();
    await place.gates.r2.shut();
    place.start();
    await place.live(20 * MINUTE);
    await place.gates.botApi.reopen();
    await place.live(25 * MINUTE);
    await place.gates.r2.reopen();
    await place.live(40 * MINUTE);
    await stop(place);
    expect([posts(place), verdict(place, [])]).toEqual([10, []]);
  });

  it("leaves few posts in doubt while Telegram takes them and answers 502", async () => {
    const place = await town();
    put(place, 40);
    place.start();
    await place.live(MINUTE / 2);
    const from = place.clock.now();
    place.servers.botApi.control({ outage: {} });
    await place.live(60 * MINUTE);
    place.servers.botApi.control({ outage: null });
    await place.live(120 * MINUTE);
    await stop(place);
    const [row] = place.sql("select count(*) as n from prewarm_attempts where state = 'unknown'");
    // Five in a row, and what was under way with the last of them.
    expect(row?.n).toBeLessThanOrEqual(10);
    expect(verdict(place, [{ from, to: 60 * MINUTE }])).toEqual([]);
  });

  it("writes down what no chat takes, and sends it when one does", async () => {
    const place = await town();
    put(place, 10);
    const restrict = (kinds: string[]) => {
      for (const id of [-1001, -1002, -1003, -1004])
        place.servers.botApi.control({ chat: { id, restrict: kinds } });
    };
    restrict(["document"]);
    place.start();
    await place.live(30 * MINUTE);
    const lists = place.servers.r2.requests().filter(({ operation }) => operation === "ListObjectsV2");
    expect(lists.length).toBeLessThan(10);
    const reasons = place.sql("select distinct error_reason as why from media_cache");
    expect([reasons, posts(place)]).toEqual([[{ why: "kind_not_allowed" }], 0]);
    restrict([]);
    await place.live(150 * MINUTE);
    await stop(place);
    expect(verdict(place, [])).toEqual([]);
  });
});

describe("a worker that dies", () => {
  it.each(["enqueue", "queued", "lookup", "begin", "send", "confirm", "dequeue", "open", "head"])(
    "at any %s loses nothing that was accepted",
    async (method) => {
      const place = await town();
      put(place, 4, "others");
      place.start({ method, when: "after", left: 2 });
      await place.live(10 * SECOND);
      for (let i = 0; i < 4; i++) {
        place.enqueue([`others/${i}.bin`]);
        await place.live(place.clock.now() + SECOND);
      }
      await place.live(5 * MINUTE);
      place.kill();
      await place.traffic.calm();
      place.start();
      await place.live(30 * MINUTE);
      await stop(place);
      expect(verdict(place, [])).toEqual([]);
    },
  );
});
