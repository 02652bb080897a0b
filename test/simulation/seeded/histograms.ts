import { syncBuiltinESMExports } from "node:module";
import perfHooks, { type RecordableHistogram } from "node:perf_hooks";

const { createHistogram } = perfHooks;
/** Those that nobody has now, by what they were made for. */
const idle = new Map<string, RecordableHistogram[]>();
/** What ends with the play that goes on; null where none does. */
let lent: { readonly name: string; readonly histogram: RecordableHistogram }[] | null = null;

perfHooks.createHistogram = (options) => {
  if (!lent) return createHistogram(options);
  const name = JSON.stringify(options);
  const histogram = idle.get(name)?.pop() ?? createHistogram(options);
  lent.push({ name, histogram });
  return histogram;
};
syncBuiltinESMExports();

/**
 * From now on all that make a histogram have one that somebody had before, which is empty again; returns what ends that, and takes
 * them all back. A process has a megabyte of them, of which Node's collector knows nothing: thousands of short lives would fill the
 * machine.
 */
export function lendHistograms(): () => void {
  const mine: typeof lent = [];
  lent = mine;
  return () => {
    lent = null;
    for (const { name, histogram } of mine) {
      if (histogram.count > 0) histogram.reset();
      idle.set(name, [...(idle.get(name) ?? []), histogram]);
    }
  };
}
