import { ConfigError } from "./error.ts";
import { botsIn, type FileBot, kindOf, strangerProblem } from "./file-bots.ts";
import { repeatedMembers } from "./json-members.ts";
import { withoutSecrets } from "./mask.ts";
import type { SourceFile } from "./named-files.ts";
import { Problems } from "./problems.ts";
import { SETTINGS } from "./settings.ts";
import { parseJson, readTextFile, UnreadableFile } from "./text-file.ts";

/** prewarm.config.json: settings by their snake_case names, and bots. It holds no secrets. */
export interface ConfigFile {
  /** As it is called in an origin: `prewarm.config.json`, or what `--config` names. */
  readonly name: string;
  readonly isThere: boolean;
  readonly values: Readonly<Record<string, string | number | boolean>>;
  readonly bots: readonly FileBot[];
}

const NAMES = Object.values(SETTINGS).flatMap((setting) =>
  "file" in setting ? [setting.file as string] : [],
);

export const NO_FILE: ConfigFile = {
  name: "prewarm.config.json",
  isThere: false,
  values: {},
  bots: [],
};

/** Reads the file; an absent one is empty. Throws ConfigError that names the place. */
export function readConfigFile({ path, name }: SourceFile): ConfigFile {
  let value: unknown;
  let repeated: readonly string[];
  try {
    const { text } = readTextFile(path);
    value = parseJson(text);
    repeated = repeatedMembers(text);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    if (error.code === "ENOENT") return { ...NO_FILE, name };
    throw new ConfigError([`${name} cannot be read: ${error.message}`]);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return checked(value as Record<string, unknown>, repeated, name);
  throw new ConfigError([`${name} must hold one JSON object`]);
}

function checked(
  { bots = [], ...values }: Record<string, unknown>,
  repeated: readonly string[],
  file: string,
): ConfigFile {
  const problems = new Problems();
  for (const name of repeated)
    problems.add(`${file}: "${withoutSecrets(name)}" stands twice; keep one of them`);
  for (const [name, value] of Object.entries(values)) problems.add(...problemsOf(name, value, file));
  const read = botsIn(bots, problems, file);
  problems.throwIfAny();
  return { name: file, isThere: true, values: values as ConfigFile["values"], bots: read };
}

function problemsOf(name: string, value: unknown, file: string): string[] {
  if (!NAMES.includes(name)) return [strangerProblem(name, [...NAMES, "bots"], `${file}: `)];
  return ["string", "number", "boolean"].includes(typeof value)
    ? []
    : [`${file}: "${name}" must be a text, a number, true or false, not ${kindOf(value)}`];
}
