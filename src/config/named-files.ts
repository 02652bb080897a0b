import { join, resolve } from "node:path";
import { ConfigError } from "./error.ts";
import type { Flags } from "./layers.ts";
import { fileInOrigin } from "./origin.ts";
import { whyUnreadable } from "./text-file.ts";

/** A file that values come from. */
export interface SourceFile {
  readonly path: string;
  /** As it is called in an origin. */
  readonly name: string;
  /** A flag names it. */
  readonly isNamed: boolean;
}

/** The file that `--env-file` names, else the `.env` of the folder. Throws ConfigError for one that is named and cannot be read. */
export function dotenvFile(flags: Flags, folder: string): SourceFile;
/** Null where there is no folder either. */
export function dotenvFile(flags: Flags, folder: string | null): SourceFile | null;
export function dotenvFile(flags: Flags, folder: string | null): SourceFile | null {
  return named(flags.envFile, "--env-file", folder) ?? usual(".env", folder);
}

/** The file that `--config` names, else the prewarm.config.json of the folder. Throws as {@link dotenvFile} does. */
export function configFile(flags: Flags, folder: string): SourceFile;
/** Null where there is no folder either. */
export function configFile(flags: Flags, folder: string | null): SourceFile | null;
export function configFile(flags: Flags, folder: string | null): SourceFile | null {
  return named(flags.config, "--config", folder) ?? usual("prewarm.config.json", folder);
}

function named(given: Flags[string], flag: string, folder: string | null): SourceFile | null {
  if (typeof given !== "string") return null;
  if (given.trim() === "") throw new ConfigError([`${flag} is empty: give it a value, or leave it out`]);
  const [path, name] = [resolve(folder ?? ".", given), fileInOrigin(given)];
  const why = whyUnreadable(path);
  if (why !== null)
    throw new ConfigError([`${flag} ${name}: ${why}; name another file, or leave ${flag} out`]);
  return { path, name, isNamed: true };
}

function usual(name: string, folder: string | null): SourceFile | null {
  return folder === null ? null : { path: join(folder, name), name, isNamed: false };
}
