import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { EnqueuedEntries } from "../../src/worker/enqueued-entries.ts";
import { GONE, lane } from "../lanes/clocked-lanes.ts";
import { selectionOf } from "../sources/collect.ts";
import { bucket } from "../transfers/counted-bucket.ts";
import { AWAY, ended, entry, LOST, WorkerParts } from "./worker-parts.ts";

async function scene(more: Parameters<typeof WorkerParts.open>[0] & { most?: number } = {}) {
  const parts = await WorkerParts.open(more);
  return { parts, entries: entriesOf(parts, more.most) };
}

function entriesOf(parts: WorkerParts, most = 10, kind?: "photo"): EnqueuedEntries {
  const { clock, events, ledger, intake, availability, rules } = parts;
  const entries = new EnqueuedEntries({
    clock,
    events,
    ledger,
    intake,
    availability,
    most,
    rules: { ...rules, selection: kind ? selectionOf({ kind }) : null },
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
    const { parts, entries } = await scene({ lanes: [lane("alpha", "-1"), lane("beta", "-2")] });
    await parts.ledger.enqueue([entry("a")]);
    await entries.poll();
    await parts.sends();
    await written();
    expect(parts.waitingKeys()).toEqual(["a"]);
    await parts.fails(LOST);
    await written();
    expect(parts.waitingKeys()).toEqual([]);
  });

  it("is there again for a process that comes after one that died, and not sent twice", async () => {
    const { parts, entries } = await scene();
    await parts.ledger.enqueue([entry("sent"), entry("sending"), entry("queued")]);
    await entries.poll();
    const [sent, sending] = [parts.next(), parts.next()];
    const { bot, kind, content } = sending;
    await parts.ledger.begin({
      bot,
      kind,
      content,
      entry: sending.entry,
      chatId: "-1",
      settings: "",
      tag: null,
    });
    await parts.sends(sent);
    const next = await WorkerParts.open();
    await next.ledger.enqueue([entry("sent"), entry("sending"), entry("queued")]);
    await parts.ledger.enqueue([entry("sent")]);
    await parts.ledger.recover();
    parts.next();
    await entriesOf(parts).poll();
    await written();
    expect(parts.queue.length).toBe(0);
    expect(parts.waitingKeys()).toEqual(["queued"]);
  });

  it("is looked at once, however often", async () => {
    const { parts, entries } = await scene();
    await parts.ledger.enqueue([entry("a")]);
    await entries.poll();
    entries.again();
    await entries.poll();
    expect(parts.queue.length).toBe(1);
  });

  it("goes when it matches nothing, is empty, or is for a bot that is not there", async () => {
    const { parts } = await scene();
    await parts.ledger.enqueue([entry("a"), entry("empty", { bytes: 0 }), entry("b", { bot: "nobody" })]);
    await entriesOf(parts, 10, "photo").poll();
    await written();
    expect(parts.waitingKeys()).toEqual([]);
    expect(parts.told.item.map(({ reason }) => reason)).toEqual(["empty_object", "manifest_bot"].slice(1));
  });

  it("waits on, and is tried again, when it failed for a reason that passes", async () => {
    const { parts, entries } = await scene();
    await parts.ledger.enqueue([entry("a")]);
    await entries.poll();
    await parts.fails(AWAY);
    await entries.poll();
    expect([parts.queue.length, parts.waitingKeys()]).toEqual([0, ["a"]]);
    await parts.clock.advance(60_000);
    await entries.poll();
    await parts.sends();
    await written();
    expect(parts.waitingKeys()).toEqual([]);
  });

  it("goes when it failed for good", async () => {
    const { parts, entries } = await scene();
    await parts.ledger.enqueue([entry("a")]);
    await entries.poll();
    await parts.fails(failure("photo_dimensions", "too long"));
    await written();
    expect(parts.waitingKeys()).toEqual([]);
  });

  it("does not go with a bot that has ended twice while another has not ended at all", async () => {
    const { parts, entries } = await scene({ lanes: [lane("alpha", "-1"), lane("beta", "-2")] });
    await parts.ledger.enqueue([entry("a")]);
    await entries.poll();
    const task = parts.next();
    await parts.ends(task, "ready");
    await parts.ends(task, "ready");
    await written();
    expect(parts.waitingKeys()).toEqual(["a"]);
  });
});

it("waits for a bot that is out, and goes on when it is back", async () => {
  const lanes = [lane("alpha", "-1"), lane("beta", "-2")] as const;
  const { parts, entries } = await scene({ lanes: [...lanes] });
  parts.lanes.close(lanes[0], GONE);
  await parts.ledger.enqueue([entry("a", { bot: "alpha" }), entry("b", { bot: "beta" })]);
  await entries.poll();
  await parts.sends();
  await written();
  expect(parts.waitingKeys()).toEqual(["a"]);
  parts.lanes.reopen(lanes[0], { id: "-1", type: "channel", title: "one" });
  expect(parts.availability.someoneIsBack()).toBe(true);
  entries.again();
  await entries.poll();
  expect(parts.next().bot).toBe("alpha");
});

it("takes back a task that was stranded", async () => {
  const { parts, entries } = await scene();
  await parts.ledger.enqueue([entry("a")]);
  await entries.poll();
  const task = parts.next();
  entries.takeBack(task);
  await parts.intake.finished(task);
  entries.again();
  await entries.poll();
  expect(parts.next().entry.key).toBe("a");
});

it("sends content once that is asked for anew while it is under way", async () => {
  const { parts, entries } = await scene();
  await parts.ledger.enqueue([entry("a")]);
  await entries.poll();
  const task = parts.next();
  await parts.ledger.enqueue([entry("a", { title: "another" })]);
  await entries.poll();
  await parts.sends(task);
  await written();
  expect([parts.queue.length, parts.waitingKeys()]).toEqual([0, []]);
  expect(parts.told.item.map(({ status }) => status)).toEqual(["ready", "skipped"]);
});

it("has no more on their way than it may, and reads on as they end", async () => {
  const { parts, entries } = await scene({ most: 2 });
  await parts.ledger.enqueue(["a", "b", "c", "d", "e"].map((key) => entry(key)));
  await entries.poll();
  expect(parts.queue.length).toBe(2);
  for (let sent = 0; sent < 5; sent++) {
    await parts.sends();
    await entries.poll();
  }
  await written();
  expect(parts.waitingKeys()).toEqual([]);
});

describe("an entry of which only the key is known", () => {
  it("is asked for, and goes when there is no such object", async () => {
    const { storage, put } = await bucket();
    await put("there.bin", Buffer.from("here I am"));
    const { parts, entries } = await scene({ storage });
    await parts.ledger.enqueue([{ key: "there.bin" }, { key: "missing.bin" }]);
    await entries.poll();
    await written();
    expect([parts.next().entry.bytes, parts.waitingKeys()]).toEqual([9, ["there.bin"]]);
    expect(parts.told.item).toMatchObject([{ key: "missing.bin", reason: "object_missing" }]);
  });

  it.each([
    ["refuses us", { status: 403, body: "<Error><Code>InvalidAccessKeyId</Code></Error>" }],
    ["is away", { status: 503 }],
  ])("waits on while the bucket %s", async (_, fault) => {
    const { storage, put, fail } = await bucket();
    await put("a.bin", Buffer.from("here I am"));
    const { parts, entries } = await scene({ storage });
    parts.stop.spare(() => true);
    await parts.ledger.enqueue([{ key: "a.bin" }]);
    fail(fault);
    const look = ended(entries.poll());
    while (!look.isOver) await parts.clock.advance(1_000);
    await look.work;
    await written();
    expect([parts.queue.length, parts.waitingKeys()]).toEqual([0, ["a.bin"]]);
    fail(null);
    entries.again();
    await entries.poll();
    expect(parts.next().entry.key).toBe("a.bin");
  });
});
