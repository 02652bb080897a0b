import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { Secret } from "../domain/secret.ts";
import { type ConfigFile, NO_FILE, readConfigFile } from "./file.ts";
import { SETTINGS, type Setting, type SettingName } from "./settings.ts";

/** Where a value came from, for people: `--bucket`, `environment R2_BUCKET`, `.env R2_BUCKET`, `prewarm.config.json`, `default`. */
export type Origin = string;

export interface Found<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** Flags as commander has them: by camel-case name, a string, a list of strings, or true. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** All places that values come from, read once. */
export class Layers {
  readonly file: ConfigFile;
  readonly #flags: Flags;
  readonly #env: NodeJS.ProcessEnv;
  readonly #dotenv: NodeJS.ProcessEnv;

  /** `folder` is where `.env` and prewarm.config.json lie; null for neither. Throws ConfigError when `.env` or prewarm.config.json is there and cannot be read. */
  constructor(flags: Flags, env: NodeJS.ProcessEnv, folder: string | null) {
    this.#flags = flags;
    this.#env = env;
    this.#dotenv = folder === null ? {} : readDotenv(join(folder, ".env"));
    this.file = folder === null ? NO_FILE : readConfigFile(join(folder, "prewarm.config.json"));
  }

  /** The winner as it was written, by the published precedence; an empty value counts as not set. */
  text(name: SettingName): Found<string> | null {
    const setting: Setting<unknown> = SETTINGS[name];
    const flag = setting.flag && this.#flags[camel(setting.flag)];
    if (flag !== undefined && flag !== "") return { value: flagText(flag), origin: `--${setting.flag}` };
    for (const variable of setting.env) {
      const found = this.variable(variable);
      if (found) return found;
    }
    const inFile = setting.file === undefined ? undefined : this.file.values[setting.file];
    if (inFile !== undefined) return { value: String(inFile), origin: "prewarm.config.json" };
    return setting.fallback === undefined ? null : { value: setting.fallback, origin: "default" };
  }

  variable(name: string): Found<string> | null {
    const value = this.#env[name];
    if (value) return { value, origin: `environment ${name}` };
    const inDotenv = this.#dotenv[name];
    return inDotenv ? { value: inDotenv, origin: `.env ${name}` } : null;
  }

  /** A secret, or the content of the file that `<NAME>_FILE` names. Throws an Error naming the file that cannot be read. */
  secret(name: string): Found<Secret> | null {
    const direct = this.variable(name);
    if (direct) return { value: new Secret(direct.value.trim()), origin: direct.origin };
    const file = this.variable(`${name}_FILE`);
    if (!file) return null;
    return { value: new Secret(readFileSync(file.value, "utf8").trim()), origin: `file ${file.value}` };
  }
}

function readDotenv(path: string): NodeJS.ProcessEnv {
  try {
    return parseEnv(readFileSync(path, "utf8").replace(/^\uFEFF/, "")) as NodeJS.ProcessEnv;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR"))
      return {};
    throw error;
  }
}

function camel(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function flagText(flag: string | boolean | readonly string[]): string {
  if (typeof flag === "boolean") return flag ? "1" : "0";
  return typeof flag === "string" ? flag : flag.join(",");
}
