// Stands in for measuring.js: experiments that work, break, or hang.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { serveRounds } from "../../dist/bench/harness/serve-rounds.js";

/** Rounds 0, 1, 2, ... after one warm-up; from round `bad` on `misbehave` comes instead. */
function experiment(bad = Infinity, misbehave = () => {}) {
  return () => ({
    open: async (folder) => {
      writeFileSync(join(folder, "left-behind"), "");
      return {
        warmUps: 1,
        round: async (index) => {
          if (index >= bad) await misbehave();
          return { a: index < 0 ? { allocated: 7 } : { cpu: index } };
        },
        plots: () => [{ title: folder }],
      };
    },
  });
}

const EXPERIMENTS = {
  works: experiment(),
  throws: experiment(1, () => {
    throw new TypeError("it broke");
  }),
  crashes: experiment(1, () => {
    process.nextTick(() => {
      throw new RangeError("out of paper");
    });
    return new Promise(() => {});
  }),
  hangs: experiment(3, () => new Promise(() => {})),
  "never begins": experiment(-1, () => new Promise(() => {})),
  "never opens": () => ({
    open: (folder) => {
      writeFileSync(join(folder, "left-behind"), "");
      return new Promise(() => {});
    },
  }),
  slow: experiment(0, () => new Promise((resolve) => setTimeout(resolve, 400))),
};

serveRounds(async (_scenario, name) => EXPERIMENTS[name]?.());
