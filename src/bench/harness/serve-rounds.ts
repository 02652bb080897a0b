import { mkdirSync } from "node:fs";
import { removeQuietly } from "../../ledgers/scratch-folder.ts";
import type { Plot, ScenarioName } from "../types.ts";
import { peakRssMb } from "./measure.ts";
import type { Experiment, OpenExperiment, Round } from "./rounds.ts";
import { serve } from "./serve.ts";

/** Which experiment of which scenario, where it may write, and what it is given besides. */
interface RoundsOrder {
  readonly scenario: ScenarioName;
  readonly experiment: string;
  readonly folder: string;
  readonly input?: unknown;
}

/** What a measuring process can be asked for. */
export type RoundsHandlers = {
  /** Opens an experiment; returns how many of its rounds are warm-ups. */
  open(order: RoundsOrder): Promise<number>;
  round(index: number): Promise<{ readonly round: Round; readonly plots: readonly Plot[] }>;
  /** Closes the experiment; returns the peak memory of the process, in MB. */
  end(): Promise<number>;
};

/**
 * The life of a measuring process: one experiment, round by round as it is asked. Where its parent was killed in the middle,
 * nobody else removes the folder, so this process does.
 */
export function serveRounds(
  find: (scenario: ScenarioName, experiment: string) => Promise<Experiment | undefined>,
): void {
  let current: OpenExperiment | null = null;
  let leftBehind: string | null = null;
  process.once("exit", () => {
    if (leftBehind !== null) removeQuietly(leftBehind);
  });
  const running = (): OpenExperiment => {
    if (current === null) throw new Error("no experiment was opened");
    return current;
  };
  const handlers: RoundsHandlers = {
    open: async ({ scenario, experiment, folder, input }) => {
      leftBehind = folder;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const found = await find(scenario, experiment);
      if (!found) throw new Error(`no experiment ${experiment} in ${scenario}`);
      current = await found.open(folder, input);
      return current.warmUps;
    },
    round: async (index) => {
      const experiment = running();
      const round = await experiment.round(index);
      return { round, plots: experiment.plots?.() ?? [] };
    },
    end: async () => {
      await running().close?.();
      current = null;
      leftBehind = null;
      return peakRssMb();
    },
  };
  serve(handlers, async () => current?.close?.());
}
