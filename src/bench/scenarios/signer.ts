import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS, perItem } from "../harness/metrics.ts";
import type { Scenario } from "../port.ts";

const CPU = "cpu_us_per_item";

/** Presigned URLs in three ways that give the same signatures. */
export const SIGNER: Scenario = measuredScenario({
  name: "signer",
  what: "CPU of a presigned URL: signing key kept, derived anew for each, and by the SDK; all with the same signature",
  simulated: null,
  variants: {
    memoized: "prewarm: key kept for the day",
    derived_anew: "key derived for every URL",
    sdk_presigner: "the SDK's presigner",
    process: "the measuring process",
  },
  metrics: [...perItem("us"), PEAK_RSS],
  ratios: [
    { variant: "memoized", metric: CPU, reference: "derived_anew" },
    // V8 goes on compiling the SDK's large code for thousands of calls, so how fast it is depends on how far that got.
    { variant: "memoized", metric: CPU, reference: "sdk_presigner", portable: false },
  ],
  targets: [
    {
      text: "at least 65 % less CPU than with the key derived anew",
      figure: `memoized.${CPU}_ratio`,
      unit: "% less",
      value: (ratio) => 100 * (1 - ratio),
      least: 65,
    },
    {
      text: "at least 20 x the SDK's presigner",
      figure: `memoized.${CPU}_ratio_to_sdk_presigner`,
      unit: "x",
      value: (ratio) => 1 / ratio,
      least: 20,
    },
  ],
  parts: [{ experiment: "signer", processes: 2, rounds: 8, share: 1, memoryOf: "process" }],
});
