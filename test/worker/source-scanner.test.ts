import { expect, it } from "vitest";
import type { SourceItem } from "../../src/domain/entry.ts";
import { failure } from "../../src/domain/failure.ts";
import { SourceFailed } from "../../src/domain/source-failed.ts";
import { planPage } from "../../src/pipeline/plan.ts";
import type { Source } from "../../src/sources/port.ts";
import { SourceScanner } from "../../src/worker/source-scanner.ts";
import { etagOf } from "../helpers/etag.ts";
import { GONE, lane } from "../lanes/clocked-lanes.ts";
import { selectionOf } from "../sources/collect.ts";
import { ended, entry, sourceOf, WorkerParts } from "./worker-parts.ts";

async function scene(open: () => Source, more: Parameters<typeof WorkerParts.open>[0] = {}) {
  const parts = await WorkerParts.open(more);
  const selection = selectionOf();
  const opened = () => ({ source: open(), selection });
  const scanner = new SourceScanner({ ...parts, ...scannerParts(parts), name: "bucket", open: opened });
  return { parts, scanner };
}

function scannerParts({ clock, events, intake, availability, draining, rules }: WorkerParts) {
  const skips = (bot: string) => availability.skips(bot);
  return { clock, events, door: intake, skips, draining, rules };
}

it("queues what is not ready, once, and says nothing of what is", async () => {
  const { parts, scanner } = await scene(() => sourceOf(entry("a"), entry("b")));
  expect(await scanner.scan()).toEqual({ failure: null, missed: 0 });
  await scanner.scan();
  expect(parts.queue.length).toBe(2);
  await parts.sends();
  await parts.sends();
  const told = parts.told.item.length;
  await scanner.scan();
  expect([parts.queue.length, parts.told.item.length]).toEqual([0, told]);
  expect(parts.told.pass.filter(({ ended }) => ended).map(({ read, queued }) => [read, queued])).toEqual([
    [2, 2],
    [2, 0],
    [2, 0],
  ]);
});

it("queues new content under an old key", async () => {
  let etag = etagOf("one");
  const { parts, scanner } = await scene(() => sourceOf(entry("a", { etag })));
  await scanner.scan();
  await parts.sends();
  etag = etagOf("two");
  await scanner.scan();
  expect(parts.next().content).toBe(`etag:${etagOf("two")}:9`);
});

it("tells a bad line once, and another one as well", async () => {
  const bad = (line: number): SourceItem => ({
    type: "bad",
    where: `m.jsonl:${line}`,
    failure: failure("manifest_line", `line ${line} is no JSON`),
  });
  const lines = [1];
  const { parts, scanner } = await scene(async function* () {
    yield lines.map(bad);
  });
  await scanner.scan();
  await scanner.scan();
  lines.push(2);
  await scanner.scan();
  expect(parts.told.item.map(({ where }) => where)).toEqual(["m.jsonl:1", "m.jsonl:2"]);
});

it("points a key at content that is ready under another, and says so once while it cannot move", async () => {
  const { parts, scanner } = await scene(() => sourceOf(entry("a"), entry("copy", { etag: etagOf("a") })), {
    lanes: [lane("alpha", "-1"), lane("beta", "-2")],
  });
  await scanner.scan();
  await parts.sends();
  await scanner.scan();
  await scanner.scan();
  const copies = parts.told.item.filter(({ key, bot }) => key === "copy" && bot === "alpha");
  expect(copies.map(({ reason }) => reason)).toEqual(["duplicate_content"]);
});

it("reads no faster than the queue drains", async () => {
  let read = 0;
  async function* pages() {
    for (const key of ["a", "b", "c", "d"]) {
      read += 1;
      yield* sourceOf(entry(key));
    }
  }
  const { parts, scanner } = await scene(pages, { capacity: 2 });
  const pass = scanner.scan();
  await parts.until(() => parts.told.room.length > 0);
  expect([parts.queue.length, parts.told.room.map(({ full }) => full), read]).toEqual([2, [true], 3]);
  await parts.sends();
  await parts.until(() => read === 4);
  expect(parts.queue.length).toBe(2);
  await parts.sends();
  await pass;
  expect([parts.queue.length, parts.next().entry.key, parts.next().entry.key]).toEqual([2, "c", "d"]);
});

it("does not queue what came in by another way while it waited for room", async () => {
  const { parts, scanner } = await scene(() => sourceOf(entry("a"), entry("late")), { capacity: 1 });
  const pass = scanner.scan();
  await parts.until(() => parts.told.room.length > 0);
  const other = await planPage([{ type: "entry", entry: entry("late", { queueId: 1 }) }], parts.rules);
  for (const planned of other) await parts.intake.take(planned);
  const [first, late] = [parts.next(), parts.next()];
  await parts.sends(late);
  await parts.sends(first);
  await pass;
  expect(parts.queue.length).toBe(0);
});

it("leaves in doubt what was left in doubt while it waited for room", async () => {
  const { parts, scanner } = await scene(() => sourceOf(entry("a"), entry("late")), { capacity: 1 });
  const pass = scanner.scan();
  await parts.until(() => parts.told.room.length > 0);
  const again = await planPage([{ type: "entry", entry: entry("late") }], parts.rules);
  for (const planned of again) await parts.intake.take(planned);
  const [first, late] = [parts.next(), parts.next()];
  await parts.fails(failure("answer_lost", "gone"), late);
  await parts.sends(first);
  await pass;
  expect(parts.queue.length).toBe(0);
});

it("scanner over a bot that is out", async () => {
  const lanes = [lane("alpha", "-1"), lane("beta", "-2")];
  const { parts, scanner } = await scene(() => sourceOf(entry("a")), { lanes });
  for (const each of lanes.slice(0, 1)) parts.lanes.close(each, GONE);
  await scanner.scan();
  expect([parts.queue.length, parts.next().bot]).toEqual([1, "beta"]);
});

it("counts objects that could not be asked", async () => {
  const { parts, scanner } = await scene(() => sourceOf({ key: "no-extension" }));
  const pass = ended(scanner.scan());
  while (!pass.isOver) await parts.clock.advance(1_000);
  expect(await pass.work).toEqual({ failure: null, missed: 1 });
});

it("answers why it broke off", async () => {
  const why = failure("r2_unavailable", "no listing");
  const { scanner } = await scene(() => {
    throw new SourceFailed(why);
  });
  expect(await scanner.scan()).toEqual({ failure: why, missed: 0 });
});
