import type { Batch, PlayBatch, Told } from "./batch.ts";

/** Which seeds are played, and how. */
export interface SeriesOptions {
  readonly from: number;
  readonly count: number;
  /** Batches played at the same time. */
  readonly jobs: number;
  /** Seeds in a batch at most. */
  readonly batch: number;
  readonly play: PlayBatch;
  /** Only seeds that have packs. */
  readonly packs?: boolean | undefined;
}

/** What a series came to. */
export interface Sum {
  readonly schedules: number;
  readonly steps: number;
  readonly crashes: number;
  readonly violations: number;
}

/** Plays batch after batch and tells of each schedule, until all are played or the signal comes. */
export async function playSeries(
  options: SeriesOptions,
  tell: (told: Told) => void,
  stop: AbortSignal,
): Promise<Sum> {
  const sum = { schedules: 0, steps: 0, crashes: 0, violations: 0 };
  const count = (told: Told) => {
    if (stop.aborted) return;
    sum.schedules += 1;
    sum.steps += told.steps;
    sum.crashes += told.crashes;
    if (told.wrongs.length > 0) sum.violations += 1;
    tell(told);
  };
  const batches = batchesOf(options);
  const job = async () => {
    for (const batch of batches) {
      if (stop.aborted) return;
      await options.play(batch, count, stop);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, job));
  return sum;
}

function* batchesOf({ from, count, batch, packs }: SeriesOptions): Generator<Batch> {
  for (let done = 0; done < count; done += batch)
    yield { from: from + done, count: Math.min(batch, count - done), ...(packs ? { packs } : {}) };
}
