import { accessSync, appendFileSync, chmodSync, closeSync, constants, existsSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { ConfigError } from "../config/error.ts";
import { readTextFile } from "../config/text-file.ts";
import { bytesToAppend } from "../init/env-lines.ts";

/** Throws ConfigError where lines could not be added to a `.env`; changes nothing, and makes none. */
export function checkDotenv(path: string): void {
  orSay(() => {
    if (!existsSync(path)) return accessSync(dirname(path), constants.W_OK);
    readTextFile(path);
    closeSync(openSync(path, "a"));
  });
}

/** Adds lines to a `.env`, which is readable by this user alone from then on; what is there stays, byte by byte. Throws ConfigError. */
export function appendToDotenv(path: string, lines: readonly string[]): void {
  orSay(() => {
    const there = existsSync(path) ? readTextFile(path) : null;
    appendFileSync(path, bytesToAppend(there, lines), { mode: 0o600 });
    chmodSync(path, 0o600);
  });
}

function orSay(work: () => void): void {
  try {
    work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      `.env cannot be written: ${why}; mend that, or set the values in the environment. Nothing was written`,
    ]);
  }
}
