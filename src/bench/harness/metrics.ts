import type { MetricSpec } from "../types.ts";

/** What each block of a round is measured by; `unit` of time an item. */
export function perItem(unit: "ns" | "us"): readonly MetricSpec[] {
  return [
    { name: `cpu_${unit}_per_item`, unit, better: "lower" },
    { name: `wall_${unit}_per_item`, unit, better: "lower" },
    { name: "allocated_bytes_per_item", unit: "B", better: "lower" },
  ];
}

/** Of the process that measured. */
export const PEAK_RSS: MetricSpec = { name: "peak_rss_mb", unit: "MB", better: "lower" };

export const SUCCESS_RATE: MetricSpec = { name: "success_rate", unit: "%", better: "higher" };
