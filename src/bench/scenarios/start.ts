import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { measuredScenario } from "../harness/measured.ts";
import type { Experiment } from "../harness/rounds.ts";

const WALL = "wall_ms";
const BIN = fileURLToPath(new URL("../../../bin/prewarm.js", import.meta.url));

/** How long whoever typed a command waits for what. */
export const START = measuredScenario({
  name: "start",
  what: "how long a command takes to its first line, and a run to its first message, each as a process of its own",
  simulated: null,
  variants: {
    node: "node -e 0",
    version: "prewarm --version, to its end",
    first_line: "prewarm run, to its first line",
    first_send: "prewarm run --sandbox, from its first line to its first message",
  },
  metrics: [{ name: WALL, unit: "ms", better: "lower" }],
  ratios: [
    { variant: "version", metric: WALL, reference: "node" },
    { variant: "first_line", metric: WALL, reference: "node" },
  ],
  targets: [
    {
      text: "--version takes at most 1.5 x node -e 0",
      figure: `version.${WALL}_ratio`,
      unit: "x",
      most: 1.5,
    },
    { text: "so does the first line of run", figure: `first_line.${WALL}_ratio`, unit: "x", most: 1.5 },
    {
      text: "the first message of npm start goes out 1 s after the first line",
      figure: `first_send.${WALL}`,
      unit: "ms",
      most: 1_000,
    },
  ],
  experiments: { start: () => startExperiment() },
  parts: [{ experiment: "start", processes: 1, rounds: 12, share: 1 }],
});

/** Times that each of the quick ones is started in a round; the least of them is its sample. */
const TIMES = 3;

export function startExperiment(bin = BIN): Experiment {
  return {
    open: async (folder) => ({
      warmUps: 1,
      round: async () => ({
        node: { [WALL]: await leastOf(() => toEnd(["-e", "0"], folder)) },
        version: { [WALL]: await leastOf(() => toEnd([bin, "--version"], folder)) },
        first_line: { [WALL]: await leastOf(() => toFirstLine([bin, "run"], folder)) },
        first_send: {
          [WALL]: await toFirstSend([bin, "run", "--sandbox"], mkdtempSync(join(folder, "new-"))),
        },
      }),
    }),
  };
}

async function leastOf(time: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < TIMES; turn++) least = Math.min(least, await time());
  return least;
}

/** In an empty environment, so that no run finds credentials. */
function start(args: readonly string[], folder: string): ChildProcess {
  return spawn(process.execPath, args, { cwd: folder, env: {}, stdio: ["ignore", "ignore", "pipe"] });
}

async function toEnd(args: readonly string[], folder: string): Promise<number> {
  const from = performance.now();
  await once(start(args, folder), "exit");
  return performance.now() - from;
}

async function toFirstLine(args: readonly string[], folder: string): Promise<number> {
  const from = performance.now();
  const child = start(args, folder);
  await once(child.stderr as NodeJS.ReadableStream, "data");
  const took = performance.now() - from;
  await end(child);
  return took;
}

/**
 * In a folder without a ledger, as of somebody who tries it. The stand-in for the Bot API says which calls it got; its place is in the
 * second line.
 */
async function toFirstSend(args: readonly string[], folder: string): Promise<number> {
  const child = start(args, folder);
  try {
    let first: number | null = null;
    for await (const line of createInterface({ input: child.stderr as NodeJS.ReadableStream })) {
      first ??= performance.now();
      const url = /and (http\S+);/.exec(line)?.[1];
      if (url) return (await whenSent(url)) - first;
    }
    throw new Error(`${args.join(" ")} ended before it named its stand-ins`);
  } finally {
    await end(child);
  }
}

/** It answers in the process that is measured, which each look holds up. */
const LOOK_MS = 20;

async function whenSent(botApi: string): Promise<number> {
  for (;;) {
    const calls = (await (await fetch(`${botApi}/sandbox/calls`)).json()) as { readonly method: string }[];
    if (calls.some(({ method }) => method.startsWith("send"))) return performance.now();
    await delay(LOOK_MS);
  }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = child.exitCode === null ? once(child, "exit") : null;
  child.kill("SIGKILL");
  await ended;
}
