import type { Config } from "../config/config.ts";
import { ByteBudget } from "../domain/byte-budget.ts";
import type { Clock } from "../domain/clock.ts";
import { cachedStorage } from "../storage/cached.ts";
import { type Connections, connect } from "./connect.ts";

export interface WorkerConnections extends Connections {
  /** Reads that the cache answered, and those it did not; all 0 where there is none. */
  readonly cache: { readonly hits: number; readonly misses: number; readonly bytes: number };
}

/** How long bots may be apart that are to share one read of an object. */
const MEET_MS = 5 * 60_000;
/** Of the cache alone, where nothing is read ahead. */
const CACHE_BYTES = 64 * 1024 * 1024;
/** Larger objects flow through and are never held. */
const CACHED_OBJECT_BYTES = 8 * 1024 * 1024;

const NO_CACHE = { hits: 0, misses: 0, bytes: 0 };

/**
 * The connections of a worker: with several bots, an object that they want within five minutes is read once. What is kept for
 * that and what is read ahead share one bound.
 */
export function connectWorker(
  config: Config,
  redact: (text: string) => string,
  clock?: Clock,
): WorkerConnections {
  const plain = connect(config, redact, clock);
  if (config.bots.length < 2) return { ...plain, cache: NO_CACHE };
  const memory = config.readAhead > 0 ? plain.memory : new ByteBudget(CACHE_BYTES);
  const storage = cachedStorage(plain.storage, {
    clock: plain.clock,
    ttlMs: MEET_MS,
    budget: memory,
    maxObjectBytes: CACHED_OBJECT_BYTES,
  });
  return { ...plain, storage, memory, wholeBytes: CACHED_OBJECT_BYTES, cache: storage.cache };
}
