import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS, perItem } from "../harness/metrics.ts";
import type { Scenario } from "../port.ts";

const CPU = "cpu_us_per_item";
const SIZES = ["n1e3", "n1e4", "n1e5", "n1e6"];

/** The road of an object up to the queue, by how many there are. */
export const SCALE: Scenario = measuredScenario({
  name: "scale",
  what: "an object through plan, SQLite ledger and queue by how many there are; slices of 1,000 at each size",
  simulated: null,
  variants: {
    n1e3: "new object, 10^3 in queue and ledger",
    n1e4: "new object, 10^4 in queue and ledger",
    n1e5: "new object, 10^5 in queue and ledger",
    n1e6: "new object, 10^6 in queue, 10^5 in ledger",
    ready: "ready object, 10^5 in ledger",
    listing: "object of a listing over HTTP, parsed",
    bare: "ready object, one bare statement a page",
    calibration: "work that never changes",
    million: "10^6 new objects, queue of 500",
    process: "the measuring process",
  },
  metrics: [...perItem("us"), { name: "objects_per_s", unit: "objects/s", better: "higher" }, PEAK_RSS],
  ratios: [
    ...[...SIZES, "ready"].map((variant) => ({ variant, metric: CPU, reference: "bare" })),
    { variant: "listing", metric: CPU, reference: "calibration" },
  ],
  targets: [
    {
      text: "all ready: at least 50,000 objects/s through plan and ledger",
      figure: "ready.objects_per_s",
      unit: "objects/s",
      least: 50_000,
    },
    { text: "10^6 objects in less than 250 MB", figure: "million.peak_rss_mb", unit: "MB", most: 250 },
  ],
  parts: [
    { experiment: "scale", processes: 1, rounds: 12, share: 8.5, memoryOf: "process" },
    { experiment: "million", processes: 1, rounds: 1, share: 9, memoryOf: "million" },
  ],
});
