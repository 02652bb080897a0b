import { expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { planPage } from "../../src/pipeline/plan.ts";
import { DueRows } from "../../src/worker/due-rows.ts";
import { GONE, lane } from "../lanes/clocked-lanes.ts";
import { bucket } from "../transfers/counted-bucket.ts";
import { entry, WorkerParts } from "./worker-parts.ts";

async function scene(more: Parameters<typeof WorkerParts.open>[0] = {}) {
  const parts = await WorkerParts.open(more);
  const { events, ledger, intake, availability, rules, queue, capacity } = parts;
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
    parts.sql(
      `insert into media_store (kind, r2_key, r2_etag, bytes, sha256) values ('document', '${key}', ${etag}, ${bytes}, '${content}') returning id`,
    );
    parts.sql(
      `insert into media_cache (bot_slug, sha256, kind, status) values ('default', '${content}', 'document', 'warming') on conflict do nothing returning id`,
    );
  };
  const statuses = () =>
    parts
      .sql("select status, error_reason as why from media_cache order by rowid")
      .map(({ status, why }) => why ?? status);
  return { parts, rows, ask, statuses };
}

it("queues what others asked for, once, and no more than there is room for", async () => {
  const { parts, rows, ask, statuses } = await scene({ capacity: 2 });
  for (const key of ["a", "b", "c"]) ask(key, key.repeat(64));
  await rows.poll();
  await rows.poll();
  expect(parts.queue.length).toBe(2);
  await parts.sends();
  await rows.poll();
  await parts.sends();
  await parts.sends();
  await rows.poll();
  expect([parts.queue.length, statuses()]).toEqual([0, ["ready", "ready", "ready"]]);
});

it("tries a row again that failed for a reason that passes, when its time has come", async () => {
  const { parts, rows, ask } = await scene();
  ask("a", "a".repeat(64));
  await rows.poll();
  await parts.fails(failure("send_stalled", "stood still"));
  await rows.poll();
  expect(parts.queue.length).toBe(0);
  await parts.clock.advance(61_000);
  await rows.poll();
  expect(parts.next().entry.key).toBe("a");
});

it("sends content once that several keys have, and points all of them at it", async () => {
  const { parts, rows, ask } = await scene();
  ask("a", "a".repeat(64));
  ask("b", "a".repeat(64));
  await rows.poll();
  await parts.sends();
  expect(parts.queue.length).toBe(0);
  expect(parts.told.item.map(({ key, status }) => [key, status])).toEqual([
    ["a", "ready"],
    ["b", "skipped"],
  ]);
});

it("settles a row whose object is gone, so that it is not work at each look", async () => {
  const { storage } = await bucket();
  const { parts, rows, ask, statuses } = await scene({ storage });
  ask("gone", "a".repeat(64), false);
  await rows.poll();
  await rows.poll();
  expect(statuses()).toEqual(["object_missing"]);
  expect(parts.told.item).toHaveLength(1);
});

it("settles a row of content that its key has no longer, while the new one is ready", async () => {
  const { storage, put } = await bucket();
  const { parts, rows, ask, statuses } = await scene({ storage });
  const now = await put("a", Buffer.from("new content"));
  const before = entry("other", { etag: now.etag, bytes: now.bytes, kind: "document" });
  for (const planned of await planPage([{ type: "entry", entry: before }], parts.rules))
    await parts.intake.take(planned);
  await parts.sends();
  ask("a", "a".repeat(64), false);
  parts.sql("update media_store set bytes = 3 where r2_key = 'a' returning id");
  await rows.poll();
  await rows.poll();
  expect(statuses()).toEqual(["ready", "object_changed"]);
  expect(parts.told.item.filter(({ key }) => key === "a")).toHaveLength(1);
});

it("leaves rows of a bot that is out as they are, also those that were on their way", async () => {
  const only = lane();
  const { parts, rows, ask, statuses } = await scene({ lanes: [only] });
  ask("a", "a".repeat(64));
  await rows.poll();
  const task = parts.next();
  rows.takeBack(task);
  await parts.intake.finished(task);
  parts.lanes.close(only, GONE);
  await rows.poll();
  expect([parts.queue.length, statuses()]).toEqual([0, ["warming"]]);
  parts.lanes.reopen(only, { id: "-1001", type: "channel", title: "one" });
  await rows.poll();
  expect(parts.next().entry.key).toBe("a");
});
