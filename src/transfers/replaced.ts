import { type Failure, failure } from "../domain/failure.ts";
import { disagreement } from "../domain/stated.ts";
import type { KnownEntry } from "../domain/task.ts";
import type { Storage } from "../storage/port.ts";

/**
 * Finds out what it means that an object has another ETag than its entry: that it is not what the manifest says, that the
 * server gives another one at each request (`unsteady`, so that it says nothing), or what it seems, `changed`.
 */
export async function whyOther(
  storage: Storage,
  entry: KnownEntry,
  changed: Failure,
  signal: AbortSignal,
): Promise<Failure | "unsteady"> {
  const one = await storage.head(entry.key, signal);
  if (!one.ok) return one.failure.reason === "object_missing" ? one.failure : changed;
  const wrong = disagreement(entry, one.value);
  if (wrong) return wrong;
  const other = await storage.head(entry.key, signal);
  const isUnsteady = other.ok && other.value.etag !== one.value.etag && other.value.bytes === one.value.bytes;
  return isUnsteady && one.value.bytes === entry.bytes ? "unsteady" : changed;
}

/**
 * Finds out what it means that a read gave `came` bytes for its whole, which its entry does not have: that the manifest is wrong,
 * that the object was replaced, or, where it still has the size of its entry, that the answer was cut short on its way.
 */
export async function whyOtherSize(
  storage: Storage,
  entry: KnownEntry,
  came: number,
  signal: AbortSignal,
): Promise<Failure> {
  const { key, bytes } = entry;
  const now = await storage.head(key, signal);
  if (!now.ok) return now.failure;
  if (now.value.bytes === bytes)
    return failure("r2_interrupted", `reading ${key} gave ${came} bytes, although it has ${bytes}`);
  return (
    disagreement(entry, now.value) ??
    failure("object_changed", `${key} has ${now.value.bytes} bytes now, it had ${bytes} when it was listed`)
  );
}
