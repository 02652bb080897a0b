import type { Metric } from "../port.ts";

type Named = Omit<Metric, "samples">;

/** What each block of a round is measured by; `unit` of time an item. */
export function perItem(unit: "ns" | "us"): readonly Named[] {
  return [
    { name: `cpu_${unit}_per_item`, unit, better: "lower" },
    { name: `wall_${unit}_per_item`, unit, better: "lower" },
    { name: "allocated_bytes_per_item", unit: "B", better: "lower" },
  ];
}

/** Of the process that measured. */
export const PEAK_RSS: Named = { name: "peak_rss_mb", unit: "MB", better: "lower" };
