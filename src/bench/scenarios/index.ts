import type { Scenario, ScenarioName } from "../port.ts";
import { PACE } from "./pace.ts";
import { QUEUE } from "./queue.ts";
import { SCALE } from "./scale.ts";
import { SIGNER } from "./signer.ts";
import { strategy } from "./strategy.ts";
import { transfer } from "./transfer.ts";

/** All scenarios with the seconds that each may take, in the order in which they run; 54 s together. */
export const SCENARIO_LIST: readonly { readonly scenario: Scenario; readonly seconds: number }[] = [
  { scenario: QUEUE, seconds: 6 },
  { scenario: SIGNER, seconds: 4.5 },
  { scenario: strategy, seconds: 15.5 },
  { scenario: transfer, seconds: 13.5 },
  { scenario: PACE, seconds: 2 },
  { scenario: SCALE, seconds: 12.5 },
];

/** Seconds that all may take together, and how many times its own share one gets at most when others are left out. */
const TOTAL_SECONDS = 55;
const MOST_TIMES = 3;

/** The scenarios of these names in the order of the list, all of them for none; few of them get more time. */
export function scenariosOf(names: readonly ScenarioName[]): typeof SCENARIO_LIST {
  const chosen =
    names.length === 0
      ? SCENARIO_LIST
      : SCENARIO_LIST.filter(({ scenario }) => names.includes(scenario.name));
  const shares = chosen.reduce((sum, { seconds }) => sum + seconds, 0);
  const times = names.length === 0 ? 1 : Math.min(MOST_TIMES, TOTAL_SECONDS / shares);
  return chosen.map(({ scenario, seconds }) => ({ scenario, seconds: seconds * times }));
}
