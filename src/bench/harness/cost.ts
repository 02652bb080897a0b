import { GCProfiler, getHeapStatistics } from "node:v8";

/** What a piece of work cost this process. */
export interface Cost {
  readonly cpuUs: number;
  readonly wallUs: number;
  /** Bytes of JavaScript objects made; buffers lie outside and are not counted. */
  readonly allocated: number;
}

/** Does the work and tells what it cost. Nothing else may go on in this process meanwhile. */
export async function costOf<T>(work: () => Promise<T>): Promise<Cost & { readonly value: T }> {
  const profiler = new GCProfiler();
  profiler.start();
  const heap = getHeapStatistics().used_heap_size;
  const cpu = process.cpuUsage();
  const began = performance.now();
  const value = await work();
  const wallUs = (performance.now() - began) * 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const left = getHeapStatistics().used_heap_size;
  const collections = profiler.stop()?.statistics ?? [];
  return { value, cpuUs: user + system, wallUs, allocated: allocatedBetween(heap, left, collections) };
}

interface Collection {
  readonly beforeGC: { readonly heapStatistics: { readonly usedHeapSize: number } };
  readonly afterGC: { readonly heapStatistics: { readonly usedHeapSize: number } };
}

/**
 * How much the heap grew between its collections, which is what was made in it.
 * @internal
 */
export function allocatedBetween(begin: number, end: number, collections: readonly Collection[]): number {
  let low = begin;
  let made = 0;
  for (const { beforeGC, afterGC } of collections) {
    made += Math.max(0, beforeGC.heapStatistics.usedHeapSize - low);
    low = afterGC.heapStatistics.usedHeapSize;
  }
  return made + Math.max(0, end - low);
}
