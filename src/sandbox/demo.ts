import { fileURLToPath } from "node:url";
import { type Sandbox, startSandbox } from "./sandbox.ts";

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
export async function startDemo(): Promise<Sandbox> {
  const sandbox = await startSandbox({ ...SAMPLE, profile: "documented", timeScale: DEMO_TIME_SCALE });
  return {
    ...sandbox,
    env: { ...sandbox.env, PREWARM_LEDGER: "sqlite:prewarm-sandbox.db", PREWARM_PACE: "documented" },
  };
}
