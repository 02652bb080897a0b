import * as v from "valibot";
import { ConfigError } from "./error.ts";
import { nearest } from "./nearest.ts";
import { SETTINGS } from "./settings.ts";
import { readJsonFile, UnreadableFile } from "./text-file.ts";

const Bot = v.strictObject({
  slug: v.pipe(v.string(), v.nonEmpty()),
  token_env: v.pipe(v.string(), v.nonEmpty()),
  warmup_chats: v.pipe(v.array(v.union([v.string(), v.number()])), v.minLength(1)),
});

/** prewarm.config.json: settings by their snake_case names, and bots. It holds no secrets. */
export interface ConfigFile {
  readonly values: Readonly<Record<string, string | number | boolean>>;
  readonly bots: readonly {
    readonly slug: string;
    readonly tokenEnv: string;
    readonly chats: readonly string[];
  }[];
}

const NAMES = Object.values(SETTINGS).flatMap((setting) =>
  "file" in setting ? [setting.file as string] : [],
);

export const NO_FILE: ConfigFile = { values: {}, bots: [] };

/** Reads the file; an absent one is empty. Throws ConfigError that names the place. */
export function readConfigFile(path: string): ConfigFile {
  let value: unknown;
  try {
    value = readJsonFile(path);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    if (error.code === "ENOENT") return NO_FILE;
    throw new ConfigError([`prewarm.config.json cannot be read: ${error.message}`]);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return checked(value as Record<string, unknown>);
  throw new ConfigError(["prewarm.config.json must hold one JSON object"]);
}

function checked({ bots = [], ...values }: Record<string, unknown>): ConfigFile {
  const problems = Object.entries(values).flatMap(([name, value]) => problemOf(name, value));
  const read = v.safeParse(v.array(Bot), bots);
  if (!read.success)
    problems.push(
      ...read.issues.map(
        (issue) => `prewarm.config.json: bots.${v.getDotPath(issue) ?? ""}: ${issue.message}`,
      ),
    );
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    values: values as ConfigFile["values"],
    bots: (read.success ? read.output : []).map((bot) => ({
      slug: bot.slug,
      tokenEnv: bot.token_env,
      chats: bot.warmup_chats.map(String),
    })),
  };
}

function problemOf(name: string, value: unknown): string[] {
  if (!NAMES.includes(name)) {
    const hint = nearest(name, [...NAMES, "bots"]);
    const secret = /token|secret|key/i.test(name) ? "; secrets belong into the environment" : "";
    return [`prewarm.config.json: unknown name "${name}"${hint ? ` (did you mean "${hint}"?)` : secret}`];
  }
  return ["string", "number", "boolean"].includes(typeof value)
    ? []
    : [`prewarm.config.json: "${name}" must be a string, number or boolean`];
}
