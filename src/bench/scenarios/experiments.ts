import type { Experiment } from "../harness/rounds.ts";

/** What can be measured in a process of its own, by the name that the process is started with. */
export const EXPERIMENTS: Readonly<Record<string, () => Promise<Experiment>>> = {
  queue: async () => (await import("./queue-rounds.ts")).queueExperiment(),
  signer: async () => (await import("./signer-rounds.ts")).signerExperiment(),
  pace: async () => (await import("./pace-rounds.ts")).paceExperiment(),
  scale: async () => (await import("./scale-rounds.ts")).scaleExperiment(),
  million: async () => (await import("./million-rounds.ts")).millionExperiment(),
};
