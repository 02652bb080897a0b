import type { MeasuredScenario } from "../harness/measured.ts";
import type { ScenarioName } from "../types.ts";

/**
 * All scenarios with the seconds that each may take, in the order in which they run; 54.5 s together. To add one: a file
 * beside this one with what it measures and how (see queue.ts), its name in `SCENARIOS` of port.ts, and a line here.
 */
const LIST: Readonly<Record<ScenarioName, { seconds: number; load: () => Promise<MeasuredScenario> }>> = {
  queue: { seconds: 6, load: async () => (await import("./queue.ts")).QUEUE },
  signer: { seconds: 4.5, load: async () => (await import("./signer.ts")).SIGNER },
  strategy: { seconds: 15.5, load: async () => (await import("./strategy.ts")).STRATEGY },
  transfer: { seconds: 14, load: async () => (await import("./transfer.ts")).TRANSFER },
  pace: { seconds: 2, load: async () => (await import("./pace.ts")).PACE },
  scale: { seconds: 12.5, load: async () => (await import("./scale.ts")).SCALE },
};

/** Seconds that all may take together, and how many times its own share one gets at most when others are left out. */
const TOTAL_SECONDS = 55;
const MOST_TIMES = 3;

/** Names in order with the seconds that each may take: of all scenarios for none; few of them get more time. */
export function secondsOf(names: readonly ScenarioName[]): { name: ScenarioName; seconds: number }[] {
  const all = (Object.keys(LIST) as ScenarioName[]).map((name) => ({ name, seconds: LIST[name].seconds }));
  if (names.length === 0) return all;
  const chosen = all.filter(({ name }) => names.includes(name));
  const times = Math.min(MOST_TIMES, TOTAL_SECONDS / chosen.reduce((sum, { seconds }) => sum + seconds, 0));
  return chosen.map(({ name, seconds }) => ({ name, seconds: seconds * times }));
}

/** Loads a scenario. In a process that measures, only the one that it is for. */
export function loadScenario(name: ScenarioName): Promise<MeasuredScenario> {
  return LIST[name].load();
}
