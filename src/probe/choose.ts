import type { ProbeExperiment } from "./experiment.ts";
import { PACKS } from "./experiments/packs.ts";
import { EXPERIMENTS } from "./experiments.ts";

/** The experiments with these ids, all where null, in their order; where one posts several media, whether that is possible is asked first. */
export function chosen(only: readonly string[] | null): readonly ProbeExperiment[] {
  if (only === null) return EXPERIMENTS;
  const named = EXPERIMENTS.filter(({ id }) => only.includes(id));
  const needsPacks = named.some(({ packs }) => packs);
  return EXPERIMENTS.filter((each) => named.includes(each) || (each === PACKS && needsPacks));
}
