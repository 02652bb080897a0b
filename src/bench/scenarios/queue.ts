import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS, perItem } from "../harness/metrics.ts";
import type { Scenario } from "../port.ts";

const CPU = "cpu_ns_per_item";

/** The queue of the engine against the array that it took the place of. */
export const QUEUE: Scenario = measuredScenario({
  name: "queue",
  what: "CPU an item of filling a queue and draining it from the front: our deque, an array and its shift",
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
  parts: [{ experiment: "queue", processes: 2, rounds: 6, share: 1, memoryOf: "process" }],
});
