import { expect, it } from "vitest";
import { WorkMeasure } from "../../src/figures/work-measure.ts";
import { item } from "../reporters/sample-events.ts";

const MB = 1_000_000;

/** So many items alike. */
function measured(
  count: number,
  { lane = 0, work, bytes = 1_000 }: { lane?: number; work: number; bytes?: number },
): WorkMeasure {
  const measure = new WorkMeasure();
  const latency = { total: lane + work, queue: 0, lane, download: work / 4, send: (work * 3) / 4 };
  for (let at = 0; at < count; at++) measure.add(item({ bytes, transfer: "upload", latency }));
  return measure;
}

it("finds the lanes where work waited for them for most of the time", () => {
  const run = measured(40, { lane: 1_500, work: 1_750 });
  expect(run.limit(60_000, 5)).toBe("lanes");
  expect(run.measures(60_000, 5)).toEqual({ transferMs: 1_750, bytesPerSecond: null });
});

it("finds concurrency where all transfers were busy", () => {
  expect(measured(40, { lane: 20, work: 2_000 }).limit(17_000, 5)).toBe("concurrency");
});

it("counts a place as busy with sends alone where objects were read ahead", () => {
  const measure = new WorkMeasure();
  const latency = { total: 3_000, queue: 0, lane: 0, download: 1_500, send: 1_000 };
  for (let at = 0; at < 40; at++)
    measure.add(item({ bytes: 1_000, transfer: "upload", latency, placeMs: 1_000 }));
  expect([measure.limit(16_000, 5), measure.limit(8_000, 5)]).toEqual(["none", "concurrency"]);
  expect(measure.measures(8_000, 5).transferMs).toBe(1_000);
});

it("finds the connection where all transfers were busy with large uploads that took long, and measures it", () => {
  const run = measured(20, { work: 20_000, bytes: 10 * MB });
  expect(run.limit(80_000, 5)).toBe("bandwidth");
  expect(run.measures(80_000, 5)).toEqual({ transferMs: null, bytesPerSecond: 2.5 * MB });
  expect(run.limit(400_000, 1)).toBe("concurrency");
});

it("finds nothing in a run that was short, or waited for its source", () => {
  expect(measured(5, { work: 2_000 }).limit(2_000, 5)).toBe("none");
  expect(measured(40, { work: 2_000 }).limit(120_000, 5)).toBe("none");
  expect(measured(19, { work: 2_000 }).measures(10_000, 5)).toEqual({
    transferMs: null,
    bytesPerSecond: null,
  });
});
