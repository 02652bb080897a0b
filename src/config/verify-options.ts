import { failuresBound, wholeNumber } from "./parse.ts";
import { Problems } from "./problems.ts";
import { type RunOptionFlags, type RunOptions, readRunOptions } from "./run-options.ts";

/** Where what the ledger says is checked. */
export const VERIFY_PLACES = ["r2", "telegram"] as const;
type VerifyPlace = (typeof VERIFY_PLACES)[number];

/** The flags of `prewarm verify` that are no configuration, as commander has them. */
export interface VerifyOptionFlags extends RunOptionFlags {
  readonly sample?: string | undefined;
  readonly from?: string | undefined;
  readonly against?: VerifyPlace | undefined;
  readonly fix?: boolean | undefined;
}

/** The flags of `prewarm verify` that are no configuration, checked. */
export interface VerifyOptions {
  /** Those that it shares with a run: what chooses keys, and what ends it. */
  readonly run: RunOptions;
  /** So many at random, or this share of them (0..1); null for all. */
  readonly sample: { readonly count: number } | { readonly share: number } | null;
  /** The first key; null for all from the beginning. */
  readonly from: string | null;
  readonly places: readonly VerifyPlace[];
  /** Marks what is not true, so that the next run puts it right. */
  readonly fix: boolean;
}

/** Reads the flags. Throws ConfigError with everything that is wrong with them. */
export function readVerifyOptions({
  sample,
  from,
  against,
  fix,
  ...shared
}: VerifyOptionFlags): VerifyOptions {
  const problems = new Problems();
  const size =
    sample === undefined ? null : problems.parse(`--sample "${sample}":`, () => sampleSize(sample), null);
  if (from === "") problems.add("--from is empty: give it the key to begin with, or leave it out");
  if (from !== undefined && sample !== undefined)
    problems.add("--from and --sample: a sample is of all keys; leave one of them out");
  const run = problems.try(() => readRunOptions(shared), null);
  problems.throwIfAny();
  const places = against ? [against] : VERIFY_PLACES;
  return { run: run as RunOptions, sample: size, from: from ?? null, places, fix: fix === true };
}

function sampleSize(text: string): { readonly count: number } | { readonly share: number } {
  const size = failuresBound(text);
  if ("count" in size) wholeNumber(1)(text);
  return size;
}
