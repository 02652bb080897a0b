import { describe, expect, it } from "vitest";
import { Bell } from "../../src/domain/bell.ts";
import { failure } from "../../src/domain/failure.ts";
import { planPage } from "../../src/pipeline/plan.ts";
import type { Storage } from "../../src/storage/port.ts";
import { EnqueuedEntries } from "../../src/worker/enqueued-entries.ts";
import { Requests } from "../../src/worker/requests.ts";
import { bucket } from "../transfers/counted-bucket.ts";
import { AWAY, entry, LOST, NO_BUCKET, WorkerParts } from "./worker-parts.ts";

const TOO_LONG = failure("photo_dimensions", "too long");

async function scene(storage?: Storage, canAsk = () => true) {
  const parts = await WorkerParts.open(storage ? { storage } : {});
  const { clock, events, ledger, intake, availability, rules } = parts;
  const entries = new EnqueuedEntries({ clock, events, ledger, intake, availability, rules, most: 5_000 });
  const requests = new Requests({ clock, ledger, rules, canAsk, asked: new Bell() });
  /** What becomes of a key when it is warmed for the first time. */
  const meets = async (key: string, why?: ReturnType<typeof failure>) => {
    await ledger.enqueue([entry(key)]);
    await entries.poll();
    await (why ? parts.fails(why) : parts.sends());
    await settled();
    await clock.advance(1);
  };
  return { parts, entries, requests, meets };
}

/** Lets writes reach the ledger. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a request to try again", () => {
  it("takes the rows of keys that failed or are unknown, and says of the others what they are", async () => {
    const { parts, entries, requests, meets } = await scene();
    await meets("lost", LOST);
    await meets("hopeless", TOO_LONG);
    await meets("ready");
    const taken = await requests.retryKeys(["lost", "hopeless", "ready", "nowhere", "nowhere"]);
    expect(taken).toEqual({
      accepted: 2,
      duplicates: 0,
      passedOver: [
        {
          key: "ready",
          status: "ready",
          reason: "already_ready",
          next: "the ledger has its file_id, and the object has not changed",
        },
      ],
      notFound: ["nowhere"],
    });
    await entries.poll();
    expect([parts.next().entry.key, parts.next().entry.key, parts.queue.length]).toEqual([
      "hopeless",
      "lost",
      0,
    ]);
  });

  it("takes all rows in a state, and none of them twice while they wait", async () => {
    const { parts, requests, meets } = await scene();
    await meets("lost", LOST);
    await meets("also lost", LOST);
    await meets("hopeless", TOO_LONG);
    const none = { passedOver: [], notFound: [] };
    expect(await requests.retryState("unknown")).toEqual({ accepted: 2, duplicates: 0, ...none });
    expect(await requests.retryState("unknown")).toEqual({ accepted: 0, duplicates: 2, ...none });
    expect(parts.waitingKeys()).toEqual(["lost", "also lost"]);
    expect(await requests.retryState("failed")).toEqual({ accepted: 1, duplicates: 0, ...none });
    expect(await requests.retryState("weak")).toEqual({ accepted: 0, duplicates: 0, ...none });
  });

  it("takes those of one bot alone where that is asked for", async () => {
    const { parts, requests, meets } = await scene();
    await meets("lost", LOST);
    expect((await requests.retryState("unknown", ["other"])).accepted).toBe(0);
    expect((await requests.retryKeys(["lost"], ["other"])).notFound).toEqual(["lost"]);
    expect((await requests.retryKeys(["lost"], parts.bots)).accepted).toBe(1);
  });

  it("does not wait until a failure that passes is due", async () => {
    const { parts, entries, requests, meets } = await scene();
    await meets("away", AWAY);
    expect(parts.waitingKeys()).toEqual(["away"]);
    await requests.retryState("failed");
    await entries.poll();
    await parts.sends();
    await settled();
    expect(parts.sql("select status from media_cache")).toEqual([{ status: "ready" }]);
  });

  it("leads to one attempt, however it ends, and to none after a process that died in it", async () => {
    const { parts, entries, requests, meets } = await scene();
    await meets("lost", LOST);
    await requests.retryState("unknown");
    await entries.poll();
    await parts.fails(LOST);
    await settled();
    await parts.clock.advance(1);
    entries.again();
    await entries.poll();
    expect([parts.queue.length, parts.waitingKeys()]).toEqual([0, []]);

    await requests.retryState("unknown");
    await entries.poll();
    const { bot, kind, content, entry: known } = parts.next();
    await parts.ledger.begin({ bot, kind, content, entry: known, chatId: "-1", settings: "", tag: null });
    await parts.ledger.recover();
    expect(parts.waitingKeys()).toEqual([]);
  });

  it("is still there for a process that comes after one that died before it began", async () => {
    const { parts, requests, meets } = await scene();
    await meets("lost", LOST);
    await requests.retryKeys(["lost"]);
    await parts.ledger.recover();
    const { clock, events, ledger, intake, availability, rules } = parts;
    const next = new EnqueuedEntries({ clock, events, ledger, intake, availability, rules, most: 10 });
    await next.poll();
    expect(parts.next().entry.key).toBe("lost");
  });

  it("leaves alone what became ready meanwhile", async () => {
    const { parts, entries, requests, meets } = await scene();
    await meets("lost", LOST);
    await requests.retryKeys(["lost"]);
    await parts.ledger.enqueue([entry("other")]);
    parts.sql(
      "update media_cache set status = 'ready', tg_file_id = 'id', tg_file_unique_id = 'AgADaQADr0s4Sg'",
    );
    await entries.poll();
    await settled();
    expect([parts.next().entry.key, parts.queue.length, parts.waitingKeys()]).toEqual([
      "other",
      0,
      ["other"],
    ]);
  });
});

describe("an entry that is enqueued", () => {
  it("is passed over, with the way out, where it would not be tried", async () => {
    const { parts, requests, meets } = await scene();
    await meets("lost", LOST);
    await meets("hopeless", TOO_LONG);
    await meets("ready");
    const before = parts.told.item.length;
    const taken = await requests.enqueue([entry("lost"), entry("hopeless"), entry("ready"), entry("new")]);
    expect([taken.accepted, taken.duplicates, parts.waitingKeys()]).toEqual([1, 0, ["new"]]);
    expect(taken.passedOver.map(({ key, status, reason }) => [key, status, reason])).toEqual([
      ["lost", "unknown", "server_error"],
      ["hopeless", "failed", "photo_dimensions"],
      ["ready", "ready", "already_ready"],
    ]);
    const [lost, hopeless] = taken.passedOver;
    expect(lost?.next).toMatch(/^`POST \/api\/admin\/media\/prewarm\/retry` looks for its message first/);
    expect(hopeless?.next).toMatch(
      /document.*; `POST \/api\/admin\/media\/prewarm\/retry` tries it once more$/,
    );
    expect(parts.told.item.length).toBe(before);
  });

  it("is taken where its object has changed, has to be written down, or its failure passes", async () => {
    const { parts, requests, meets } = await scene();
    await meets("lost", LOST);
    await meets("away", AWAY);
    await parts.ledger.dequeue((await parts.ledger.queued(0)).map(({ id }) => id));
    await meets("ready");
    const same = entry("same content", { etag: "etag-ready" });
    const taken = await requests.enqueue([entry("lost", { etag: "new" }), entry("away"), same]);
    expect([taken.accepted, taken.passedOver]).toEqual([3, []]);
  });

  it("is asked for at R2 where it says too little, and is taken as it is where R2 does not say in time", async () => {
    const files = await bucket();
    const known = await files.put("ready", { bytes: 9 });
    const { parts, requests } = await scene(files.storage);
    const { rules, ledger } = parts;
    const [planned] = await planPage([{ type: "entry", entry: { ...known, kind: "document" } }], rules);
    if (planned?.type !== "task") throw new Error("no task");
    await parts.sends(planned.task);
    expect((await ledger.rowsOf(["ready"], rules.bots)).map(({ state }) => state)).toEqual(["ready"]);
    const bare = { key: "ready", kind: "document" } as const;
    expect((await requests.enqueue([bare])).passedOver.map(({ status }) => status)).toEqual(["ready"]);
    expect((await requests.enqueue(Array.from({ length: 101 }, () => bare))).accepted).toBe(1);
  });

  it("does not wait for R2 while that is away, nor for long where it is slow", async () => {
    let heads = 0;
    const head = () => {
      heads += 1;
      return new Promise<never>(() => {});
    };
    let isThere = false;
    const { parts, requests } = await scene({ ...NO_BUCKET, head }, () => isThere);
    expect((await requests.enqueue([{ key: "a.jpg" }])).accepted).toBe(1);
    expect(heads).toBe(0);
    isThere = true;
    const slow = requests.enqueue([{ key: "b.jpg" }]);
    await parts.until(() => heads > 0);
    await parts.clock.advance(3_000);
    expect((await slow).accepted).toBe(1);
  });

  it("is judged alone where R2 does not say in time what another one is", async () => {
    let asked = 0;
    const head = () => {
      asked += 1;
      return new Promise<never>(() => {});
    };
    const { parts, requests, meets } = await scene({ ...NO_BUCKET, head });
    await meets("ready");
    const taken = requests.enqueue([{ key: "slow.jpg" }, entry("ready")]);
    await parts.until(() => asked > 0);
    await parts.clock.advance(3_000);
    expect((await taken).passedOver.map(({ key }) => key)).toEqual(["ready"]);
    expect((await taken).accepted).toBe(1);
  });

  it("is told once, and not counted as one more failure, where it is only found as it was", async () => {
    const { parts, entries, meets } = await scene();
    await meets("lost", LOST);
    const before = parts.told.item.length;
    await parts.ledger.enqueue([entry("lost")]);
    await entries.poll();
    await settled();
    expect([parts.told.item.length, parts.waitingKeys()]).toEqual([before, []]);
    expect(parts.told.notice.map(({ text }) => text)).toEqual([
      "an enqueued entry stays as before, such as lost (unknown, server_error): `POST /api/admin/media/prewarm/retry` tries again what is asked for",
    ]);
  });
});
