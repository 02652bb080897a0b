import type { WorkMeasures } from "../../domain/work-forecast.ts";
import type { Sqlite } from "./adapter.ts";
import { readIdentity } from "./reading.ts";

/** Keys of `prewarm_identity`, which an older prewarm passes over. */
const KEYS = { transferMs: "measured_transfer_ms", bytesPerSecond: "measured_bytes_per_second" } as const;

const KEEP = `insert into prewarm_identity (key, value) values (:key, :value)
  on conflict (key) do update set value = excluded.value`;

/** Returns what earlier runs measured. */
export function measures(db: Sqlite, facts: ReadonlyMap<string, string> = readIdentity(db)): WorkMeasures {
  const read = (key: string) => {
    const value = Number(facts.get(key));
    return value > 0 ? value : null;
  };
  return { transferMs: read(KEYS.transferMs), bytesPerSecond: read(KEYS.bytesPerSecond) };
}

/** Remembers what was measured, as whole numbers; what is null leaves what was known. */
export function keepMeasures(db: Sqlite, { transferMs, bytesPerSecond }: WorkMeasures): void {
  const given = { [KEYS.transferMs]: transferMs, [KEYS.bytesPerSecond]: bytesPerSecond };
  for (const [key, value] of Object.entries(given))
    if (value !== null) db.run(KEEP, { key, value: String(Math.round(value)) });
}
