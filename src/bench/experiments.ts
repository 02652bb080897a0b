import type { Experiment } from "./rounds.ts";

/** What can be measured in a process of its own, by the name that the process is started with. */
export const EXPERIMENTS: Readonly<Record<string, () => Promise<Experiment>>> = {
  queue: async () => (await import("./scenarios/queue-rounds.ts")).queueExperiment(),
  signer: async () => (await import("./scenarios/signer-rounds.ts")).signerExperiment(),
  pace: async () => (await import("./scenarios/pace-rounds.ts")).paceExperiment(),
  scale: async () => (await import("./scenarios/scale-rounds.ts")).scaleExperiment(),
  million: async () => (await import("./scenarios/million-rounds.ts")).millionExperiment(),
};
