import { GCProfiler, getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What a piece of work took, in milliseconds. */
export interface Taken {
  readonly wallMs: number;
  /** Time that this process was on a processor, in all its threads: garbage collection and compiling included. */
  readonly cpuMs: number;
}

/**
 * Milliseconds by which the system counts processor time: ticks of its clock on Windows, so that a short block takes 0 or a
 * whole tick there; 0 where it is counted finely.
 */
export const CPU_STEP_MS = process.platform === "win32" ? 15.625 : 0;
/** With fewer steps than these the error would be that of the steps. */
const ENOUGH_STEPS = 20;

/**
 * The processor time of a block, in milliseconds; its wall time where it is too short for the steps of the system. Work that
 * waits for nothing takes as long by either.
 * @internal
 */
export function cpuOf(cpuMs: number, wallMs: number, stepMs: number = CPU_STEP_MS): number {
  return cpuMs < ENOUGH_STEPS * stepMs ? wallMs : cpuMs;
}

/** Runs `work` once and returns what it took. Other work of this process in that time counts too, so there should be none. */
export async function measure<T>(work: () => T): Promise<Taken & { readonly value: Awaited<T> }> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const pending = work();
  // A synchronous block ends here, without a turn of the event loop in its time.
  const value = (pending instanceof Promise ? await pending : pending) as Awaited<T>;
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: cpuOf((user + system) / 1_000, wallMs), value };
}

/**
 * Bytes that `work` put on the JavaScript heap, what was collected meanwhile included: the heap's growth plus what each
 * collection freed. Memory outside the heap (contents of Buffers, SQLite) is not in it.
 */
export async function allocation<T>(
  work: () => T,
): Promise<{ readonly bytes: number; readonly value: Awaited<T> }> {
  const profiler = new GCProfiler();
  profiler.start();
  const before = getHeapStatistics().used_heap_size;
  const value = await work();
  const after = getHeapStatistics().used_heap_size;
  const freed = profiler
    .stop()
    .statistics.map(
      ({ beforeGC, afterGC }) => beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize,
    );
  return { bytes: freed.reduce((sum, bytes) => sum + bytes, after - before), value };
}

type Collect = (options?: { type: "minor" }) => void;
let collect: Collect | undefined;

/** Collects the young garbage now, or all. Works without `--expose-gc`. */
function collectGarbage(which: "young" | "all"): void {
  if (!collect) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as Collect;
  }
  // Not the type "major" for all: Node 20 leaves twice as much after one.
  if (which === "young") collect({ type: "minor" });
  else collect();
}

const SETTLE_MS = 4;

/**
 * Collects the young garbage and gives V8's sweeping and compiling threads time to finish what the work before left them,
 * or their time would be counted to what follows. Busy meanwhile: a processor that had a rest is slow at first. Not a full
 * collection: several in a row make V8 throw compiled code away, and then that is what is measured.
 */
export function settle(): void {
  collectGarbage("young");
  const end = performance.now() + SETTLE_MS;
  while (performance.now() < end);
}

/** The most memory that this process ever held, in MB (10^6 bytes); `maxRSS` is in KiB, as the kernel counts. */
export function peakRssMb(): number {
  return (process.resourceUsage().maxRSS * 1_024) / 1e6;
}

/**
 * What this process holds after all that can be collected was, in bytes: its JavaScript objects and what they hold outside the heap. Resident
 * memory tells less: how many emptied pages V8 gives back, and when, differs by a third between two runs of the same work.
 */
export function heldBytes(): number {
  collectGarbage("all");
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
