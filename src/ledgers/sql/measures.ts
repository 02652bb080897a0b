import type { WorkMeasures } from "../../domain/work-forecast.ts";
import { type Facts, keepFact } from "./facts.ts";
import type { Steps } from "./steps.ts";

/** Keys of `prewarm_identity`, which an older prewarm passes over. */
const KEYS = { transferMs: "measured_transfer_ms", bytesPerSecond: "measured_bytes_per_second" } as const;

/** Returns what earlier runs measured. */
export function measures(facts: Facts): WorkMeasures {
  const read = (key: string) => {
    const value = Number(facts.get(key));
    return value > 0 ? value : null;
  };
  return { transferMs: read(KEYS.transferMs), bytesPerSecond: read(KEYS.bytesPerSecond) };
}

/** Remembers what was measured, as whole numbers; what is null leaves what was known. */
export function* keepMeasures({ transferMs, bytesPerSecond }: WorkMeasures): Steps<void> {
  const given = { [KEYS.transferMs]: transferMs, [KEYS.bytesPerSecond]: bytesPerSecond };
  for (const [key, value] of Object.entries(given))
    if (value !== null) yield* keepFact(key, String(Math.round(value)));
}
