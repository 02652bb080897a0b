import { expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { planPage } from "../../src/pipeline/plan.ts";
import { DueRows } from "../../src/worker/due-rows.ts";
import { GONE, lane } from "../lanes/scene.ts";
import { bucket } from "../transfers/harness.ts";
import { Bench, entry } from "./bench.ts";

async function scene(more: Parameters<typeof Bench.open>[0] = {}) {
  const bench = await Bench.open(more);
  const { events, ledger, intake, availability, rules, queue, capacity } = bench;
  const rows = new DueRows({
    events,
    ledger,
    intake,
    availability,
    rules,
    room: () => capacity - queue.length,
  });
  /** A key, and a row that asks for it, as the platform writes them. */
  const ask = (key: string, content: string, known = true) => {
    const [etag, bytes] = known ? [`'etag-${key}'`, 9] : ["null", "null"];
    bench.sql(
      `insert into media_store (kind, r2_key, r2_etag, bytes, sha256) values ('document', '${key}', ${etag}, ${bytes}, '${content}') returning id`,
    );
    bench.sql(
      `insert into media_cache (bot_slug, sha256, kind, status) values ('default', '${content}', 'document', 'warming') on conflict do nothing returning id`,
    );
  };
  const statuses = () =>
    bench
      .sql("select status, error_reason as why from media_cache order by rowid")
      .map(({ status, why }) => why ?? status);
  return { bench, rows, ask, statuses };
}

it("queues what others asked for, once, and no more than there is room for", async () => {
  const { bench, rows, ask, statuses } = await scene({ capacity: 2 });
  for (const key of ["a", "b", "c"]) ask(key, key.repeat(64));
  await rows.poll();
  await rows.poll();
  expect(bench.queue.length).toBe(2);
  await bench.sends();
  await rows.poll();
  await bench.sends();
  await bench.sends();
  await rows.poll();
  expect([bench.queue.length, statuses()]).toEqual([0, ["ready", "ready", "ready"]]);
});

it("tries a row again that failed for a reason that passes, when its time has come", async () => {
  const { bench, rows, ask } = await scene();
  ask("a", "a".repeat(64));
  await rows.poll();
  await bench.fails(failure("send_stalled", "stood still"));
  await rows.poll();
  expect(bench.queue.length).toBe(0);
  await bench.clock.advance(61_000);
  await rows.poll();
  expect(bench.next().entry.key).toBe("a");
});

it("sends content once that several keys have, and points all of them at it", async () => {
  const { bench, rows, ask } = await scene();
  ask("a", "a".repeat(64));
  ask("b", "a".repeat(64));
  await rows.poll();
  await bench.sends();
  expect(bench.queue.length).toBe(0);
  expect(bench.told.item.map(({ key, status }) => [key, status])).toEqual([
    ["a", "ready"],
    ["b", "skipped"],
  ]);
});

it("settles a row whose object is gone, so that it is not work at each look", async () => {
  const { storage } = await bucket();
  const { bench, rows, ask, statuses } = await scene({ storage });
  ask("gone", "a".repeat(64), false);
  await rows.poll();
  await rows.poll();
  expect(statuses()).toEqual(["object_missing"]);
  expect(bench.told.item).toHaveLength(1);
});

it("settles a row of content that its key has no longer, while the new one is ready", async () => {
  const { storage, put } = await bucket();
  const { bench, rows, ask, statuses } = await scene({ storage });
  const now = await put("a", Buffer.from("new content"));
  const before = entry("other", { etag: now.etag, bytes: now.bytes, kind: "document" });
  for (const planned of await planPage([{ type: "entry", entry: before }], bench.rules))
    await bench.intake.take(planned);
  await bench.sends();
  ask("a", "a".repeat(64), false);
  bench.sql("update media_store set bytes = 3 where r2_key = 'a' returning id");
  await rows.poll();
  await rows.poll();
  expect(statuses()).toEqual(["ready", "object_changed"]);
  expect(bench.told.item.filter(({ key }) => key === "a")).toHaveLength(1);
});

it("leaves rows of a bot that is out as they are, also those that were on their way", async () => {
  const only = lane();
  const { bench, rows, ask, statuses } = await scene({ lanes: [only] });
  ask("a", "a".repeat(64));
  await rows.poll();
  const task = bench.next();
  rows.takeBack(task);
  await bench.intake.finished(task);
  bench.lanes.close(only, GONE);
  await rows.poll();
  expect([bench.queue.length, statuses()]).toEqual([0, ["warming"]]);
  bench.lanes.reopen(only, { id: "-1001", type: "channel", title: "one" });
  await rows.poll();
  expect(bench.next().entry.key).toBe("a");
});
