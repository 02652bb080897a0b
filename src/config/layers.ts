import { Secret } from "../domain/secret.ts";
import { type Dotenv, NO_DOTENV, readDotenv } from "./dotenv.ts";
import { type ConfigFile, NO_FILE, readConfigFile } from "./file.ts";
import { nameOfFlag } from "./flag-name.ts";
import { shownPath } from "./mask.ts";
import { configFile, dotenvFile } from "./named-files.ts";
import { layerOf, type Origin, placeIn } from "./origin.ts";
import { trimmed } from "./plain.ts";
import { SECRETS, SETTINGS, type Setting, type SettingName } from "./settings.ts";
import { readTextFile, UnreadableFile } from "./text-file.ts";

export interface FoundValue<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** Flags as commander has them: by camel-case name, a string, a list of strings, or true. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** The files that values come from. */
export interface LayerFiles {
  readonly dotenv: Dotenv;
  readonly file: ConfigFile;
}

/** All places that values come from, read once. */
export class Layers {
  readonly dotenv: Dotenv;
  readonly file: ConfigFile;
  /** Where the files lie; null where none is read. */
  readonly folder: string | null;
  readonly env: NodeJS.ProcessEnv;
  readonly #flags: Flags;

  /**
   * `folder` is where `.env` and prewarm.config.json lie, unless flags name other files; null for neither. Throws ConfigError when one of
   * them is there and cannot be read, or is not there and named by a flag.
   */
  constructor(
    flags: Flags,
    env: NodeJS.ProcessEnv,
    folder: string | null,
    files: LayerFiles = filesOf(flags, folder),
  ) {
    this.#flags = flags;
    this.env = env;
    this.folder = folder;
    this.dotenv = files.dotenv;
    this.file = files.file;
  }

  /** The winner as it was written, by the published precedence; an empty value counts as not set. */
  text(name: SettingName): FoundValue<string> | null {
    return this.candidates(name)[0] ?? null;
  }

  /** Every place that has a value for a setting, the winner first; two spellings of one variable with one value are one place. */
  candidates(name: SettingName): FoundValue<string>[] {
    const setting: Setting<unknown> = SETTINGS[name];
    const found = setting.env.flatMap((variable) => this.variables(variable)).filter(isFirstOfItsKind);
    const flag = setting.flag && this.#flags[nameOfFlag(setting.flag)];
    if (flag !== undefined && trimmed(flagText(flag)) !== "")
      found.unshift({
        value: flagText(flag),
        origin: `--${flag === false ? "no-" : ""}${setting.flag}`,
      });
    const inFile = setting.file === undefined ? undefined : this.file.values[setting.file];
    if (inFile !== undefined) found.push({ value: String(inFile), origin: this.file.name });
    if (setting.fallback !== undefined) found.push({ value: setting.fallback, origin: "default" });
    return found;
  }

  /** Every variable that means something to prewarm. */
  names(): string[] {
    const secrets = [...SECRETS, ...this.file.bots.map((bot) => bot.tokenEnv)];
    const settings = Object.values(SETTINGS).flatMap((each: Setting<unknown>) => [...each.env]);
    return [
      ...new Set([...settings, ...secrets.flatMap((name) => [name, `${name}_FILE`]), "R2_SESSION_TOKEN"]),
    ];
  }

  /** Where an origin of `.env` stands in it; null for others. */
  lineOf(origin: Origin): number | null {
    if (layerOf(origin) !== "dotenv") return null;
    const name = origin.slice(placeIn(origin).length + 1);
    return this.dotenv.outer.findLast((line) => line.name === name)?.number ?? null;
  }

  variable(name: string): FoundValue<string> | null {
    return this.variables(name)[0] ?? null;
  }

  /** Environment, then `.env`. */
  variables(name: string): FoundValue<string>[] {
    const [value, inDotenv] = [this.env[name], this.dotenv.values[name]];
    return [
      ...(value && trimmed(value) !== "" ? [{ value, origin: `environment ${name}` }] : []),
      ...(inDotenv && trimmed(inDotenv) !== ""
        ? [{ value: inDotenv, origin: `${this.dotenv.name} ${name}` }]
        : []),
    ];
  }

  /**
   * A secret, or the content of the file that `<NAME>_FILE` names, without blanks around it; null when it is not set or empty.
   * Throws UnreadableFile, naming the file, also for one that holds nothing.
   */
  secret(name: string): FoundValue<Secret> | null {
    const direct = this.variable(name);
    if (direct) return { value: new Secret(trimmed(direct.value)), origin: direct.origin };
    const file = this.variable(`${name}_FILE`);
    if (!file) return null;
    const path = trimmed(file.value);
    return { value: new Secret(secretIn(path)), origin: `file ${path}` };
  }
}

/** What was read of files that flags name: one may be a pipe, which can be read only once. */
const read = new WeakMap<Flags, LayerFiles>();

function filesOf(flags: Flags, folder: string | null): LayerFiles {
  const known = read.get(flags);
  if (known) return known;
  const [dotenv, file] = [dotenvFile(flags, folder), configFile(flags, folder)];
  const files = {
    dotenv: dotenv ? readDotenv(dotenv) : NO_DOTENV,
    file: file ? readConfigFile(file) : NO_FILE,
  };
  if (dotenv?.isNamed || file?.isNamed) read.set(flags, files);
  return files;
}

/** Throws UnreadableFile, also for a file that holds nothing. */
function secretIn(path: string): string {
  const isShown = shownPath(path) === path;
  const shown = isShown ? path : "it holds no path (the secret itself goes into the variable without _FILE)";
  try {
    const text = trimmed(readTextFile(path).text);
    if (text !== "") return text;
  } catch (error) {
    throw error instanceof UnreadableFile
      ? new UnreadableFile(`${shown}: ${error.message}`, error.code)
      : error;
  }
  throw new UnreadableFile(`${shown} is empty`);
}

function isFirstOfItsKind(
  { value, origin }: FoundValue<string>,
  at: number,
  all: readonly FoundValue<string>[],
): boolean {
  const place = placeIn(origin);
  return all.findIndex((each) => each.value === value && placeIn(each.origin) === place) === at;
}

function flagText(flag: string | boolean | readonly string[]): string {
  if (typeof flag === "boolean") return flag ? "1" : "0";
  return typeof flag === "string" ? flag : flag.join(",");
}
