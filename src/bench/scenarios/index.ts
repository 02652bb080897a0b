import type { MeasuredScenario } from "../harness/measured.ts";
import type { ScenarioName } from "../types.ts";

interface Listed {
  readonly seconds: number;
  /** It takes minutes, so it runs only by its name or with `--long`. */
  readonly long?: boolean;
  readonly load: () => Promise<MeasuredScenario>;
}

/**
 * All scenarios with the seconds that each may take, in the order in which they run; those that are not long 55 s together.
 * To add one: a file beside this one with what it measures and how (see queue.ts), its name in `SCENARIOS` of schema.ts, and a
 * line here.
 */
const LIST: Readonly<Record<ScenarioName, Listed>> = {
  queue: { seconds: 5.5, load: async () => (await import("./queue.ts")).QUEUE },
  signer: { seconds: 4.5, load: async () => (await import("./signer.ts")).SIGNER },
  strategy: { seconds: 14.5, load: async () => (await import("./strategy.ts")).STRATEGY },
  transfer: { seconds: 14, load: async () => (await import("./transfer.ts")).TRANSFER },
  pace: { seconds: 2, load: async () => (await import("./pace.ts")).PACE },
  channel: { seconds: 2.5, load: async () => (await import("./channel.ts")).CHANNEL },
  scale: { seconds: 12, load: async () => (await import("./scale.ts")).SCALE },
  process: { seconds: 900, long: true, load: async () => (await import("./process.ts")).PROCESS },
  memory: { seconds: 300, long: true, load: async () => (await import("./memory.ts")).MEMORY },
  lookup: { seconds: 40, long: true, load: async () => (await import("./lookup.ts")).LOOKUP },
  start: { seconds: 60, long: true, load: async () => (await import("./start.ts")).START },
  growth: { seconds: 240, long: true, load: async () => (await import("./growth.ts")).GROWTH },
};

/** Seconds that all may take together, and how many times its own share one gets at most when others are left out. */
const TOTAL_SECONDS = 55;
const MOST_TIMES = 3;
/** How many times its own share one gets beside those that take minutes: on a busy machine a single one is not enough to warm `transfer` up. */
const LONG_TIMES = 6;

/**
 * Names in order with the seconds that each may take. For no names: of all that are not long, or of all with `long`. A few of
 * those that are not long get more time, and so do all of them with `long`.
 */
export function secondsOf(
  names: readonly ScenarioName[],
  long = false,
): { name: ScenarioName; seconds: number }[] {
  const all = Object.keys(LIST) as ScenarioName[];
  const chosen = all.filter((name) =>
    names.length === 0 ? long || !LIST[name].long : names.includes(name) || (long && LIST[name].long),
  );
  const together = chosen.reduce((sum, name) => sum + (LIST[name].long ? 0 : LIST[name].seconds), 0);
  const few = names.length === 0 ? 1 : Math.min(MOST_TIMES, TOTAL_SECONDS / together);
  const times = long ? LONG_TIMES : few;
  return chosen.map((name) => {
    const { seconds, long: isLong } = LIST[name];
    return { name, seconds: isLong ? seconds : seconds * times };
  });
}

/** Loads a scenario. In a process that measures, only the one that it is for. */
export function loadScenario(name: ScenarioName): Promise<MeasuredScenario> {
  return LIST[name].load();
}
