import { fileURLToPath } from "node:url";
import { BUCKET, type Sandbox, type SandboxOptions, startSandbox } from "./sandbox.ts";

/** The folder of the sample media that come with prewarm. */
export const SAMPLE_MEDIA = fileURLToPath(new URL("../../fixtures/media", import.meta.url));

const DEMO_TIME_SCALE = 10;

/** Two channels and the sample media, on free ports. */
const SAMPLE = {
  faults: [],
  media: SAMPLE_MEDIA,
  chats: 2,
  bots: 1,
  r2Port: 0,
  botApiPort: 0,
  local: false,
  seed: 1,
} as const;

/** A sandbox without limits, in real time, with two channels and the sample media, on free ports. */
export function startQuickSandbox(): Promise<Sandbox> {
  return startSandbox({ ...SAMPLE, profile: "instant", timeScale: 1 });
}

/** The sandbox of `prewarm run --sandbox`: Telegram's documented limits, ten times faster, two warmup channels. */
export function startDemo(): Promise<Sandbox> {
  return startDocumented({ bots: 1, timeScale: DEMO_TIME_SCALE });
}

/** Small files besides the sample media: with them a bot has work for three minutes in its two channels. */
const NOTES = 60;

/**
 * The sandbox of a fleet: a bot for each worker, Telegram's documented limits in real time, as leases are, and no more lines than a
 * person reads.
 */
export async function startFleetDemo(workers: number): Promise<Sandbox> {
  const sandbox = await startDocumented({ bots: workers, timeScale: 1 });
  for (let nth = 1; nth <= NOTES; nth += 1)
    sandbox.r2.put(BUCKET, `notes/${String(nth).padStart(2, "0")}.txt`, Buffer.from(`note ${nth}\n`));
  return sandbox;
}

async function startDocumented(how: Pick<SandboxOptions, "bots" | "timeScale">): Promise<Sandbox> {
  const sandbox = await startSandbox({ ...SAMPLE, ...how, profile: "documented" });
  return {
    ...sandbox,
    env: { ...sandbox.env, PREWARM_LEDGER: "sqlite:prewarm-sandbox.db", PREWARM_PACE: "documented" },
  };
}
