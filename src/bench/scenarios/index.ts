import type { Scenario, ScenarioName } from "../port.ts";
import { PACE } from "./pace.ts";
import { QUEUE } from "./queue.ts";
import { SCALE } from "./scale.ts";
import { SIGNER } from "./signer.ts";
import { strategy } from "./strategy.ts";
import { transfer } from "./transfer.ts";

/** All scenarios with the seconds that each may take, in the order in which they run; 55 s together. */
export const SCENARIO_LIST: readonly { readonly scenario: Scenario; readonly seconds: number }[] = [
  { scenario: QUEUE, seconds: 6 },
  { scenario: SIGNER, seconds: 4.5 },
  { scenario: strategy, seconds: 14 },
  { scenario: transfer, seconds: 14 },
  { scenario: PACE, seconds: 2 },
  { scenario: SCALE, seconds: 13.5 },
];

/** The scenarios of these names in the order of the list; all of them for none. */
export function scenariosOf(names: readonly ScenarioName[]): typeof SCENARIO_LIST {
  return names.length === 0
    ? SCENARIO_LIST
    : SCENARIO_LIST.filter(({ scenario }) => names.includes(scenario.name));
}
