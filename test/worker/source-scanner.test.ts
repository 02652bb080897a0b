import { expect, it } from "vitest";
import type { SourceItem } from "../../src/domain/entry.ts";
import { failure } from "../../src/domain/failure.ts";
import { SourceFailed } from "../../src/domain/source-failed.ts";
import { planPage } from "../../src/pipeline/plan.ts";
import type { Source } from "../../src/sources/port.ts";
import { SourceScanner } from "../../src/worker/source-scanner.ts";
import { GONE, lane } from "../lanes/scene.ts";
import { Bench, ended, entry, sourceOf } from "./bench.ts";

async function scene(open: () => Source, more: Parameters<typeof Bench.open>[0] = {}) {
  const bench = await Bench.open(more);
  const scanner = new SourceScanner({ ...bench, ...benchParts(bench), name: "bucket", open });
  return { bench, scanner };
}

function benchParts({ clock, events, intake, availability, draining, rules }: Bench) {
  return { clock, events, intake, availability, draining, rules };
}

it("queues what is not ready, once, and says nothing of what is", async () => {
  const { bench, scanner } = await scene(() => sourceOf(entry("a"), entry("b")));
  expect(await scanner.scan()).toEqual({ failure: null, missed: 0 });
  await scanner.scan();
  expect(bench.queue.length).toBe(2);
  await bench.sends();
  await bench.sends();
  const told = bench.told.item.length;
  await scanner.scan();
  expect([bench.queue.length, bench.told.item.length]).toEqual([0, told]);
  expect(bench.told.pass.filter(({ ended }) => ended).map(({ read, queued }) => [read, queued])).toEqual([
    [2, 2],
    [2, 0],
    [2, 0],
  ]);
});

it("queues new content under an old key", async () => {
  let etag = "one";
  const { bench, scanner } = await scene(() => sourceOf(entry("a", { etag })));
  await scanner.scan();
  await bench.sends();
  etag = "two";
  await scanner.scan();
  expect(bench.next().content).toBe("etag:two:9");
});

it("tells a bad line once, and another one as well", async () => {
  const bad = (line: number): SourceItem => ({
    type: "bad",
    where: `m.jsonl:${line}`,
    failure: failure("manifest_line", `line ${line} is no JSON`),
  });
  const lines = [1];
  const { bench, scanner } = await scene(async function* () {
    yield lines.map(bad);
  });
  await scanner.scan();
  await scanner.scan();
  lines.push(2);
  await scanner.scan();
  expect(bench.told.item.map(({ where }) => where)).toEqual(["m.jsonl:1", "m.jsonl:2"]);
});

it("points a key at content that is ready under another, and says so once while it cannot move", async () => {
  const { bench, scanner } = await scene(() => sourceOf(entry("a"), entry("copy", { etag: "etag-a" })), {
    lanes: [lane("alpha", "-1"), lane("beta", "-2")],
  });
  await scanner.scan();
  await bench.sends();
  await scanner.scan();
  await scanner.scan();
  const copies = bench.told.item.filter(({ key, bot }) => key === "copy" && bot === "alpha");
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
  const { bench, scanner } = await scene(pages, { capacity: 2 });
  const pass = scanner.scan();
  await bench.until(() => bench.told.room.length > 0);
  expect([bench.queue.length, bench.told.room.map(({ full }) => full), read]).toEqual([2, [true], 3]);
  await bench.sends();
  await bench.until(() => read === 4);
  expect(bench.queue.length).toBe(2);
  await bench.sends();
  await pass;
  expect([bench.queue.length, bench.next().entry.key, bench.next().entry.key]).toEqual([2, "c", "d"]);
});

it("does not queue what came in by another way while it waited for room", async () => {
  const { bench, scanner } = await scene(() => sourceOf(entry("a"), entry("late")), { capacity: 1 });
  const pass = scanner.scan();
  await bench.until(() => bench.told.room.length > 0);
  const other = await planPage([{ type: "entry", entry: entry("late", { queueId: 1 }) }], bench.rules);
  for (const planned of other) await bench.intake.take(planned);
  const [first, late] = [bench.next(), bench.next()];
  await bench.sends(late);
  await bench.sends(first);
  await pass;
  expect(bench.queue.length).toBe(0);
});

it("leaves in doubt what was left in doubt while it waited for room", async () => {
  const { bench, scanner } = await scene(() => sourceOf(entry("a"), entry("late")), { capacity: 1 });
  const pass = scanner.scan();
  await bench.until(() => bench.told.room.length > 0);
  const again = await planPage([{ type: "entry", entry: entry("late") }], bench.rules);
  for (const planned of again) await bench.intake.take(planned);
  const [first, late] = [bench.next(), bench.next()];
  await bench.fails(failure("answer_lost", "gone"), late);
  await bench.sends(first);
  await pass;
  expect(bench.queue.length).toBe(0);
});

it("scanner over a bot that is out", async () => {
  const lanes = [lane("alpha", "-1"), lane("beta", "-2")];
  const { bench, scanner } = await scene(() => sourceOf(entry("a")), { lanes });
  for (const each of lanes.slice(0, 1)) bench.lanes.close(each, GONE);
  await scanner.scan();
  expect([bench.queue.length, bench.next().bot]).toEqual([1, "beta"]);
});

it("counts objects that could not be asked", async () => {
  const { bench, scanner } = await scene(() => sourceOf({ key: "no-extension" }));
  const pass = ended(scanner.scan());
  while (!pass.isOver) await bench.clock.advance(1_000);
  expect(await pass.work).toEqual({ failure: null, missed: 1 });
});

it("answers why it broke off", async () => {
  const why = failure("r2_unavailable", "no listing");
  const { scanner } = await scene(() => {
    throw new SourceFailed(why);
  });
  expect(await scanner.scan()).toEqual({ failure: why, missed: 0 });
});
