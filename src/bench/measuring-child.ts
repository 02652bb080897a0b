import { peakRssMb } from "./harness/measure.ts";
import type { Told } from "./harness/processes.ts";
import type { OpenExperiment } from "./harness/rounds.ts";
import { EXPERIMENTS } from "./scenarios/experiments.ts";

/** The process in which rounds are measured: `child.js <experiment> <folder> <rounds> <seconds>`; tells each round at once. */
async function main([name = "", folder = "", rounds = "0", seconds = "0"]: readonly string[]): Promise<void> {
  const experiment = await EXPERIMENTS[name]?.();
  if (!experiment) throw new Error(`no experiment ${name}`);
  const until = performance.now() + Number(seconds) * 1_000;
  const open = await experiment.open(folder);
  await measureRounds(open, Number(rounds), until);
  await open.close();
  await tell({ type: "end", peakRssMb: peakRssMb() });
  process.disconnect();
}

/** No round is begun that would, judged by the longest so far, end after `until`; the first one always is. */
async function measureRounds(open: OpenExperiment, rounds: number, until: number): Promise<void> {
  let longest = 0;
  for (let index = -open.warmUps; index < rounds; index++) {
    const started = performance.now();
    if (index > 0 && started + longest > until) return;
    const round = await open.round(index);
    if (index >= 0) longest = Math.max(longest, performance.now() - started);
    await tell({ type: "round", round, counts: index >= 0 });
  }
}

function tell(told: Told): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(told, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}

// Ctrl-C goes to the whole group: the parent decides when this process ends.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
await main(process.argv.slice(2));
