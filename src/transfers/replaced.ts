import type { Failure } from "../domain/failure.ts";
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
