import { createHash } from "node:crypto";

/** Entries of one pass. */
export const CALIBRATION_ITEMS = 500;

interface CalibrationEntry {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
}

/**
 * Work that never changes, of the character of a plan: texts built, JSON written and read, a map filled and asked, a hash.
 * Some figures are given as multiples of it, so that they can be compared between machines, and its spread shows how steady
 * this machine is.
 * Changing it makes earlier baselines worthless.
 */
export function calibrate(passes: number): number {
  let sum = 0;
  for (let pass = 0; pass < passes; pass++) sum += onePass(pass);
  return sum;
}

function onePass(pass: number): number {
  const entries: CalibrationEntry[] = [];
  for (let index = 0; index < CALIBRATION_ITEMS; index++) {
    const number = pass * CALIBRATION_ITEMS + index;
    const etag = ((number * 2_654_435_761) % 4_294_967_296).toString(16).padStart(32, "0");
    entries.push({ key: `covers/${String(number).padStart(9, "0")}.jpg`, bytes: number, etag });
  }
  const text = JSON.stringify(entries);
  const byKey = new Map((JSON.parse(text) as CalibrationEntry[]).map((entry) => [entry.key, entry]));
  let sum = 0;
  for (const { key } of entries) sum += byKey.get(key)?.bytes ?? 0;
  return sum + createHash("sha256").update(text).digest().readUInt32LE(0);
}
