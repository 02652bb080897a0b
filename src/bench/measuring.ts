import { serveRounds } from "./harness/serve-rounds.ts";
import { loadScenario } from "./scenarios/index.ts";

// The process in which rounds are measured.
serveRounds(async (scenario, experiment) => (await loadScenario(scenario)).experiments[experiment]?.());
