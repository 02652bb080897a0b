import { ConfigError } from "../config/error.ts";
import { flagOf } from "../config/flag-name.ts";
import type { Flags } from "../config/layers.ts";

/** Where settings are read from. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Where `.env` and prewarm.config.json lie; null for neither. */
  readonly folder: string | null;
}

/** A place to run in, which goes when it is closed. */
export interface Stage extends Surroundings {
  readonly sandbox: boolean;
  close(): Promise<void>;
}

export interface StageWish extends Surroundings {
  readonly sandbox: boolean;
  readonly flags: Flags;
}

/**
 * These surroundings as they are, or with `sandbox` local stand-ins that need nothing from outside; `tell` is told where they are. Throws
 * ConfigError where flags name files of a configuration that stand-ins do not read.
 */
export async function openStage(
  { env, folder, sandbox, flags }: StageWish,
  tell: (text: string) => void,
): Promise<Stage> {
  if (!sandbox) return { env, folder, sandbox, close: async () => {} };
  const files = (["envFile", "config"] as const).filter((name) => flags[name] !== undefined);
  if (files.length > 0)
    throw new ConfigError(
      files.map(
        (name) =>
          `${flagOf(name)} says where real values are, and --sandbox reads none: leave one of them out`,
      ),
    );
  const { startDemo } = await import("../sandbox/demo.ts");
  const demo = await startDemo();
  tell(
    `sandbox: R2 and Bot API stand-ins on ${demo.r2.url} and ${demo.botApi.url}; nothing leaves this machine`,
  );
  return { env: demo.env, folder: null, sandbox, close: demo.close };
}
