import { Deque } from "../../queue/deque.ts";
import { CALIBRATION_ITEMS, calibrate } from "../harness/calibration.ts";
import { type Block, type Experiment, interleave } from "../harness/rounds.ts";

interface Item {
  readonly bytes: number;
}

export interface QueueSizes {
  /** Items of the comparison with an array. */
  readonly drained: number;
  readonly small: number;
  readonly large: number;
}

const SIZES: QueueSizes = { drained: 100_000, small: 1_000, large: 1_000_000 };

/** What is kept from round to round. */
interface Grown {
  readonly small: Deque<Item>;
  readonly middle: Deque<Item>;
  readonly large: Deque<Item>;
  readonly array: Item[];
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
 */
export function queueExperiment(sizes: QueueSizes = SIZES): Experiment {
  const { drained, small, large } = sizes;
  const grown: Grown = { small: new Deque(), middle: new Deque(), large: new Deque(), array: [] };
  const smallRuns = Math.max(1, Math.round(large / small));
  const dequeRuns = Math.max(1, Math.round(large / drained));
  const blocks: Block[] = [
    {
      variant: "deque",
      items: drained * dequeRuns,
      times: TIMES,
      run: () => repeat(dequeRuns, () => throughDeque(grown.middle, drained)),
    },
    { variant: "array_shift", items: drained, run: () => throughArray(grown.array, drained) },
    {
      variant: "calibration",
      items: CALIBRATION_ITEMS * CALIBRATION_PASSES,
      times: TIMES,
      run: () => calibrate(CALIBRATION_PASSES),
    },
    {
      variant: "deque_small",
      items: small * smallRuns,
      times: TIMES,
      run: () => repeat(smallRuns, () => throughDeque(grown.small, small)),
    },
    { variant: "deque_large", items: large, times: TIMES, run: () => throughDeque(grown.large, large) },
  ];
  return {
    open: async () => {
      // The array is warm long before the end of its first drain, which takes most of a round.
      for (let time = 0; time < WARM_UPS; time++)
        for (const { variant, run } of blocks) if (variant !== "array_shift") run();
      return { warmUps: 1, round: (index) => interleave(blocks, index, "ns"), close: async () => {} };
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
