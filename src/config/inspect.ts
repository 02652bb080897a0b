import type { Secret } from "../domain/secret.ts";
import { type ConfigDraft, draftConfig } from "./config.ts";
import { type Dotenv, NO_DOTENV, readDotenv } from "./dotenv.ts";
import { NO_FILE, readConfigFile } from "./file.ts";
import { type Flags, type FoundValue, Layers } from "./layers.ts";
import { configFile, dotenvFile } from "./named-files.ts";
import { type ConfigProblem, Problems } from "./problems.ts";
import { ADMIN_TOKEN, LOOKUP_TOKEN, SECRETS, SETTINGS, type Setting, type SettingName } from "./settings.ts";
import { draftWorker, type WorkerSettings } from "./worker-config.ts";

/** One value of the configuration with every place that has it. */
export interface Inspected {
  /** The variable it is set by: `R2_BUCKET`. */
  readonly name: string;
  readonly secret: boolean;
  /** Only `prewarm worker` reads it. */
  readonly worker: boolean;
  /** The winner first; a default is one of them. Values as they were written. */
  readonly given: readonly FoundValue<string>[];
  /** As it would be written, for a value that has one. */
  readonly fallback: string | null;
}

/** A configuration as it was written, whether or not it is complete. */
export interface Inspection {
  readonly values: readonly Inspected[];
  readonly draft: ConfigDraft;
  /** All that `prewarm run` would complain of. */
  readonly problems: readonly ConfigProblem[];
  readonly worker: WorkerSettings;
  /** All that `prewarm worker` would complain of besides. */
  readonly workerProblems: readonly ConfigProblem[];
  /** What is wrong with `.env` as a file; null when it could be read or is not there. */
  readonly dotenvProblem: string | null;
  /** What is wrong with prewarm.config.json. */
  readonly fileProblems: readonly string[];
  readonly dotenv: Dotenv;
  /** The prewarm.config.json that is read, or what `--config` names; null where neither is there. */
  readonly fileName: string | null;
  /** Everything that must never be shown, a worker's secrets among it. */
  readonly secrets: readonly Secret[];
}

/**
 * Reads everything that values come from and throws for nothing that a user may have written in it: ConfigError only where a flag names a
 * file that cannot be read.
 */
export function inspect(flags: Flags, env: NodeJS.ProcessEnv, folder: string): Inspection {
  const [ofDotenv, ofFile] = [new Problems(), new Problems()];
  const [dotenvAt, fileAt] = [dotenvFile(flags, folder), configFile(flags, folder)];
  const dotenv = ofDotenv.try(() => readDotenv(dotenvAt), { ...NO_DOTENV, ...dotenvAt });
  const file = ofFile.try(() => readConfigFile(fileAt), { ...NO_FILE, name: fileAt.name });
  const layers = new Layers(flags, env, folder, { dotenv, file });
  const secrets = [...new Set([...SECRETS, ...file.bots.map((bot) => bot.tokenEnv)])];
  const settings = Object.keys(SETTINGS) as SettingName[];
  const worker = draftWorker(layers, flags);
  const { draft, problems } = draftConfig(layers, flags);
  const { adminToken, lookupToken } = worker.settings;
  return {
    draft,
    problems,
    secrets: [...draft.secrets, ...[adminToken, lookupToken].filter((token) => token !== null)],
    worker: worker.settings,
    workerProblems: worker.problems,
    values: [
      ...settings.map((name) => inspectSetting(layers, name)),
      ...secrets.map((name) => inspectSecret(layers, name)),
    ],
    dotenvProblem: ofDotenv.all[0] ?? null,
    fileProblems: ofFile.all,
    dotenv,
    fileName: file.isThere || ofFile.all.length > 0 ? file.name : null,
  };
}

function inspectSetting(layers: Layers, name: SettingName): Inspected {
  const setting: Setting<unknown> = SETTINGS[name];
  const given = layers.candidates(name);
  return {
    name: setting.env[0] ?? name,
    secret: false,
    worker: setting.worker === true,
    given,
    fallback: setting.fallback ?? null,
  };
}

/** A secret's `<NAME>_FILE` is given as the path; what is in the file is read by {@link draftConfig}. */
function inspectSecret(layers: Layers, name: string): Inspected {
  const given = [...layers.variables(name), ...layers.variables(`${name}_FILE`)];
  return { name, secret: true, worker: name === ADMIN_TOKEN || name === LOOKUP_TOKEN, given, fallback: null };
}
