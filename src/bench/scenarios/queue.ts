import { Deque } from "../../queue/deque.ts";
import { CALIBRATION_ITEMS, calibrate } from "../harness/calibration.ts";
import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS, perItem } from "../harness/metrics.ts";
import { type Block, type Experiment, interleave } from "../harness/rounds.ts";

const CPU = "cpu_ns_per_item";

/** The queue of the engine against the array that it took the place of. */
export const QUEUE = measuredScenario({
  name: "queue",
  what: "CPU an item of filling a queue and draining it from the front: our deque, and an array with shift",
  simulated: null,
  variants: {
    deque: "deque, 10^5 items",
    array_shift: "array and its shift, 10^5 items",
    calibration: "work that never changes",
    deque_small: "deque, 10^3 items",
    deque_large: "deque, 10^6 items",
    process: "the measuring process",
  },
  metrics: [...perItem("ns"), PEAK_RSS],
  ratios: [
    // Shifting an array moves memory, whose speed has little to do with that of the processor.
    { variant: "deque", metric: CPU, reference: "array_shift", portable: false },
    { variant: "deque_large", metric: CPU, reference: "deque_small" },
    { variant: "deque_small", metric: CPU, reference: "calibration" },
  ],
  targets: [
    {
      text: "at least 95 % less CPU than Array.shift at 10^5",
      figure: `deque.${CPU}_ratio`,
      unit: "% less",
      value: (ratio) => 100 * (1 - ratio),
      least: 95,
    },
    {
      text: "an item at 10^6 costs at most 3 x one at 10^3",
      figure: `deque_large.${CPU}_ratio`,
      unit: "x",
      most: 3,
    },
  ],
  experiments: { queue: () => queueExperiment() },
  parts: [{ experiment: "queue", processes: 2, rounds: 6, share: 1, memoryOf: "process" }],
});

interface Item {
  readonly bytes: number;
}

/** Few items that are used again and again: what is measured is the queue, not the memory of what is in it. */
const ITEMS: readonly Item[] = Array.from({ length: 1_024 }, (_, index) => ({ bytes: index }));

/** Runs of the quick ones in a round. */
const TIMES = 5;
/** So that both take about the same time. A loop of few instructions would do no good: how V8 lays it out changes its time by a quarter. */
const CALIBRATION_PASSES = 10;
const WARM_UPS = 2;

/**
 * Every variant fills a queue and drains it from the front; the sum shows that each saw every item. All are used again and
 * again, as a queue is in a run, so they have grown before: what new memory costs depends on what else the machine does.
 * @param drained Items of the comparison with an array.
 */
export function queueExperiment(
  { drained, small, large } = { drained: 1e5, small: 1e3, large: 1e6 },
): Experiment {
  const ofDeque = (variant: string, count: number): Block => {
    const deque = new Deque<Item>();
    const runs = Math.max(1, Math.round(large / count));
    return {
      variant,
      items: count * runs,
      times: TIMES,
      run: () => repeat(runs, () => throughDeque(deque, count)),
    };
  };
  const array: Item[] = [];
  const blocks: Block[] = [
    ofDeque("deque", drained),
    { variant: "array_shift", items: drained, run: () => throughArray(array, drained) },
    {
      variant: "calibration",
      items: CALIBRATION_ITEMS * CALIBRATION_PASSES,
      times: TIMES,
      run: () => calibrate(CALIBRATION_PASSES),
    },
    ofDeque("deque_small", small),
    ofDeque("deque_large", large),
  ];
  return {
    open: async () => {
      // The array is warm long before the end of its first drain, which takes most of a round.
      for (let time = 0; time < WARM_UPS; time++)
        for (const { variant, run } of blocks) if (variant !== "array_shift") run();
      return { warmUps: 1, round: (index) => interleave(blocks, index, "ns") };
    },
  };
}

function repeat(count: number, run: () => number): number {
  let sum = 0;
  for (let time = 0; time < count; time++) sum += run();
  return sum;
}

function itemAt(index: number): Item {
  return ITEMS[index & 1_023] as Item;
}

function throughDeque(deque: Deque<Item>, count: number): number {
  for (let index = 0; index < count; index++) deque.push(itemAt(index));
  let sum = 0;
  for (let item = deque.shift(); item; item = deque.shift()) sum += item.bytes;
  return sum;
}

/** As the replaced system has it: an array that is pushed to and shifted from. */
function throughArray(array: Item[], count: number): number {
  for (let index = 0; index < count; index++) array.push(itemAt(index));
  let sum = 0;
  for (let item = array.shift(); item; item = array.shift()) sum += item.bytes;
  return sum;
}
