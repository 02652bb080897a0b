import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { EnqueuedEntries } from "../../src/worker/enqueued-entries.ts";
import { GONE, lane } from "../lanes/scene.ts";
import { bucket } from "../transfers/harness.ts";
import { AWAY, Bench, ended, entry, LOST } from "./bench.ts";

async function scene(more: Parameters<typeof Bench.open>[0] & { most?: number } = {}) {
  const bench = await Bench.open(more);
  return { bench, entries: entriesOf(bench, more.most) };
}

function entriesOf(bench: Bench, most = 10, kind?: "photo"): EnqueuedEntries {
  const { clock, events, ledger, intake, availability, rules } = bench;
  const entries = new EnqueuedEntries({
    clock,
    events,
    ledger,
    intake,
    availability,
    most,
    rules: { ...rules, kind },
  });
  // Nobody handles this: it fails the test.
  entries.broken.catch((error: unknown) => {
    throw error;
  });
  return entries;
}

/** Lets writes reach the ledger. */
const written = () => new Promise((resolve) => setImmediate(resolve));

describe("an entry that waits", () => {
  it("stays in the ledger until it has ended for every bot", async () => {
    const { bench, entries } = await scene({ lanes: [lane("alpha", "-1"), lane("beta", "-2")] });
    await bench.ledger.enqueue([entry("a")]);
    await entries.poll();
    await bench.sends();
    await written();
    expect(bench.waitingKeys()).toEqual(["a"]);
    await bench.fails(LOST);
    await written();
    expect(bench.waitingKeys()).toEqual([]);
  });

  it("is there again for a process that comes after one that died, and not sent twice", async () => {
    const { bench, entries } = await scene();
    await bench.ledger.enqueue([entry("sent"), entry("sending"), entry("queued")]);
    await entries.poll();
    const [sent, sending] = [bench.next(), bench.next()];
    const { bot, kind, content } = sending;
    await bench.ledger.begin({ bot, kind, content, entry: sending.entry, chatId: "-1", settings: "" });
    await bench.sends(sent);
    const next = await Bench.open();
    await next.ledger.enqueue([entry("sent"), entry("sending"), entry("queued")]);
    await bench.ledger.enqueue([entry("sent")]);
    await bench.ledger.recover();
    bench.next();
    await entriesOf(bench).poll();
    await written();
    expect(bench.queue.length).toBe(0);
    expect(bench.waitingKeys()).toEqual(["queued"]);
  });

  it("is looked at once, however often", async () => {
    const { bench, entries } = await scene();
    await bench.ledger.enqueue([entry("a")]);
    await entries.poll();
    entries.again();
    await entries.poll();
    expect(bench.queue.length).toBe(1);
  });

  it("goes when it matches nothing, is empty, or is for a bot that is not there", async () => {
    const { bench } = await scene();
    await bench.ledger.enqueue([entry("a"), entry("empty", { bytes: 0 }), entry("b", { bot: "nobody" })]);
    await entriesOf(bench, 10, "photo").poll();
    await written();
    expect(bench.waitingKeys()).toEqual([]);
    expect(bench.told.item.map(({ reason }) => reason)).toEqual(["empty_object", "manifest_bot"].slice(1));
  });

  it("waits on, and is tried again, when it failed for a reason that passes", async () => {
    const { bench, entries } = await scene();
    await bench.ledger.enqueue([entry("a")]);
    await entries.poll();
    await bench.fails(AWAY);
    await entries.poll();
    expect([bench.queue.length, bench.waitingKeys()]).toEqual([0, ["a"]]);
    await bench.clock.advance(60_000);
    await entries.poll();
    await bench.sends();
    await written();
    expect(bench.waitingKeys()).toEqual([]);
  });

  it("goes when it failed for good", async () => {
    const { bench, entries } = await scene();
    await bench.ledger.enqueue([entry("a")]);
    await entries.poll();
    await bench.fails(failure("photo_dimensions", "too long"));
    await written();
    expect(bench.waitingKeys()).toEqual([]);
  });

  it("does not go with a bot that has ended twice while another has not ended at all", async () => {
    const { bench, entries } = await scene({ lanes: [lane("alpha", "-1"), lane("beta", "-2")] });
    await bench.ledger.enqueue([entry("a")]);
    await entries.poll();
    const task = bench.next();
    await bench.ends(task, "ready");
    await bench.ends(task, "ready");
    await written();
    expect(bench.waitingKeys()).toEqual(["a"]);
  });
});

it("waits for a bot that is out, and goes on when it is back", async () => {
  const lanes = [lane("alpha", "-1"), lane("beta", "-2")] as const;
  const { bench, entries } = await scene({ lanes: [...lanes] });
  bench.lanes.close(lanes[0], GONE);
  await bench.ledger.enqueue([entry("a", { bot: "alpha" }), entry("b", { bot: "beta" })]);
  await entries.poll();
  await bench.sends();
  await written();
  expect(bench.waitingKeys()).toEqual(["a"]);
  bench.lanes.reopen(lanes[0], { id: "-1", type: "channel", title: "one" });
  expect(bench.availability.someoneIsBack()).toBe(true);
  entries.again();
  await entries.poll();
  expect(bench.next().bot).toBe("alpha");
});

it("takes back a task that was stranded", async () => {
  const { bench, entries } = await scene();
  await bench.ledger.enqueue([entry("a")]);
  await entries.poll();
  const task = bench.next();
  entries.takeBack(task);
  await bench.intake.finished(task);
  entries.again();
  await entries.poll();
  expect(bench.next().entry.key).toBe("a");
});

it("sends content once that is asked for anew while it is under way", async () => {
  const { bench, entries } = await scene();
  await bench.ledger.enqueue([entry("a")]);
  await entries.poll();
  const task = bench.next();
  await bench.ledger.enqueue([entry("a", { title: "another" })]);
  await entries.poll();
  await bench.sends(task);
  await written();
  expect([bench.queue.length, bench.waitingKeys()]).toEqual([0, []]);
  expect(bench.told.item.map(({ status }) => status)).toEqual(["ready", "skipped"]);
});

it("has no more on their way than it may, and reads on as they end", async () => {
  const { bench, entries } = await scene({ most: 2 });
  await bench.ledger.enqueue(["a", "b", "c", "d", "e"].map((key) => entry(key)));
  await entries.poll();
  expect(bench.queue.length).toBe(2);
  for (let sent = 0; sent < 5; sent++) {
    await bench.sends();
    await entries.poll();
  }
  await written();
  expect(bench.waitingKeys()).toEqual([]);
});

describe("an entry of which only the key is known", () => {
  it("is asked for, and goes when there is no such object", async () => {
    const { storage, put } = await bucket();
    await put("there.bin", Buffer.from("here I am"));
    const { bench, entries } = await scene({ storage });
    await bench.ledger.enqueue([{ key: "there.bin" }, { key: "missing.bin" }]);
    await entries.poll();
    await written();
    expect([bench.next().entry.bytes, bench.waitingKeys()]).toEqual([9, ["there.bin"]]);
    expect(bench.told.item).toMatchObject([{ key: "missing.bin", reason: "object_missing" }]);
  });

  it.each([
    ["refuses us", { status: 403, body: "<Error><Code>InvalidAccessKeyId</Code></Error>" }],
    ["is away", { status: 503 }],
  ])("waits on while the bucket %s", async (_, fault) => {
    const { storage, put, fail } = await bucket();
    await put("a.bin", Buffer.from("here I am"));
    const { bench, entries } = await scene({ storage });
    bench.stop.spare(() => true);
    await bench.ledger.enqueue([{ key: "a.bin" }]);
    fail(fault);
    const look = ended(entries.poll());
    while (!look.isOver) await bench.clock.advance(1_000);
    await look.work;
    await written();
    expect([bench.queue.length, bench.waitingKeys()]).toEqual([0, ["a.bin"]]);
    fail(null);
    entries.again();
    await entries.poll();
    expect(bench.next().entry.key).toBe("a.bin");
  });
});
