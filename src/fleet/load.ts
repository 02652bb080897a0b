import { errorCode } from "../domain/error-code.ts";
import { PG_BOSS, PG_BOSS_NODE } from "../domain/pg-boss.ts";

/** The engine's package; only a fleet loads it. */
export type PgBossModule = typeof import("pg-boss");

/** Why this process cannot share its work with others, in words; or what it needs for that. */
export type LoadedEngine = { readonly module: PgBossModule } | { readonly missing: string };

/** With this variable an older Node.js is let through, on which the engine runs although its author does not support it. For tests. */
const ANY_NODE = "PREWARM_TEST_FLEET_ON_ANY_NODE";

/** Loads the engine where it is installed and this Node.js is one that it supports. */
export async function loadEngine(
  env: NodeJS.ProcessEnv = process.env,
  version = process.versions.node,
): Promise<LoadedEngine> {
  if (env[ANY_NODE] !== "1" && isOlder(version, PG_BOSS_NODE))
    return { missing: `pg-boss needs Node ${PG_BOSS_NODE} or newer, and this is ${version}` };
  try {
    return { module: await import("pg-boss") };
  } catch (error) {
    if (errorCode(error) !== "ERR_MODULE_NOT_FOUND") throw error;
    return { missing: `pg-boss is not installed: npm i pg-boss@${PG_BOSS}` };
  }
}

/** Whether a version comes before another one, by their first two numbers. */
export function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [needed = 0, neededMinor = 0] = than.split(".").map(Number);
  return major < needed || (major === needed && minor < neededMinor);
}
