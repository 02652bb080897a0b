import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { ConfigError } from "./error.ts";
import type { SourceFile } from "./named-files.ts";
import { readTextFile, UnreadableFile } from "./text-file.ts";

/** A `.env` as it was read. */
export interface Dotenv {
  /** As it is called in an origin: `.env`, or what `--env-file` names. */
  readonly name: string;
  /** A flag names it, so nothing else is read in its place. */
  readonly isNamed: boolean;
  /** Names and values, as Node reads them. */
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly isThere: boolean;
  readonly lines: readonly string[];
  /** Lines that begin something: without those inside a quoted value of several lines. */
  readonly outer: readonly DotenvLine[];
  /** What surprises and does no harm: UTF-16, a byte order mark, Windows line ends. */
  readonly oddities: readonly string[];
  /** Something is called so and is no file. */
  readonly isFolder: boolean;
}

export interface DotenvLine {
  /** Counts from 1. */
  readonly number: number;
  readonly text: string;
  /** Null where it is not NAME=value. */
  readonly name: string | null;
  /** As it is written, quotes included; its first line. */
  readonly value: string;
  /** It begins with a quote that nothing closes. */
  readonly isOpen: boolean;
}

export const NO_DOTENV: Dotenv = {
  name: ".env",
  isNamed: false,
  values: {},
  isThere: false,
  lines: [],
  outer: [],
  oddities: [],
  isFolder: false,
};

/** What to do about a `.env` that holds something else than text. */
export function writeAnew(name: string): string {
  return `write ${name} anew as text in UTF-8`;
}

/** Reads a `.env`; none when there is no such file. Throws ConfigError when it cannot be read. */
export function readDotenv({ path, name, isNamed }: SourceFile): Dotenv {
  const about = { name, isNamed };
  try {
    const { text, encoding, hasMark, hasCrlf, mixedFromLine } = readTextFile(path);
    const oddities = [
      ...(encoding === "UTF-8" ? [] : [encoding]),
      ...(mixedFromLine === null ? [] : [`another encoding from line ${mixedFromLine} on`]),
      ...(hasMark ? ["a byte order mark"] : []),
      ...(hasCrlf ? ["Windows line ends"] : []),
    ];
    const lines = text.split("\n");
    const outer = outerLines(lines);
    return {
      ...about,
      values: valuesOf(lines, outer),
      isThere: true,
      lines,
      outer,
      oddities,
      isFolder: false,
    };
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    if (error.code === "ENOENT") return { ...NO_DOTENV, ...about };
    if (error.code === "EISDIR") return { ...NO_DOTENV, ...about, isFolder: true };
    const next = error.code === null ? `; ${writeAnew(name)}` : "";
    throw new ConfigError([`${name} cannot be read: ${error.message}${next}`]);
  }
}

/** How a line begins that gives a value. */
export const ASSIGNMENT = /^[ \t\r]*(?:export[ \t]+)?([\w.-]+)[ \t]*=\s*(.*?)\s*$/;

/** As Node reads them, but for lines that are no NAME=value, which some of its versions join to the next one. */
function valuesOf(lines: readonly string[], outer: readonly DotenvLine[]): Dotenv["values"] {
  const kept = [...lines];
  for (const { number, name } of outer) if (name === null) kept[number - 1] = "";
  return parseEnv(kept.join("\n")) as Dotenv["values"];
}

function outerLines(lines: readonly string[]): DotenvLine[] {
  const outer: DotenvLine[] = [];
  for (let at = 0; at < lines.length; at++) {
    const text = lines[at] ?? "";
    const [, name = null, value = ""] = ASSIGNMENT.exec(text) ?? [];
    const quote = name === null ? undefined : /^["'`]/.exec(value)?.[0];
    const goesOn = quote !== undefined && !value.slice(1).includes(quote);
    const end = goesOn ? lines.findIndex((later, line) => line > at && later.includes(quote)) : at;
    outer.push({ number: at + 1, text, name, value, isOpen: end === -1 });
    at = Math.max(at, end);
  }
  return outer;
}

const OTHER_FILES = [
  ".env.local",
  ".env.txt",
  ".env.production",
  ".env.development",
  "env.txt",
  ".env.env",
  "env",
];

/** A file that is taken for the `.env` that is read, and which of the wanted names it has. */
export interface DotenvElsewhere {
  readonly path: string;
  /** The folder that it is the `.env` of; null where it is called otherwise. */
  readonly parent: string | null;
  readonly names: readonly string[];
}

/** The `.env` that another file is read in place of, if it holds some of these names. */
export function dotenvPassedOver(folder: string, wanted: readonly string[]): DotenvElsewhere[] {
  return withNames(folder, wanted, [{ path: ".env", parent: null }]);
}

/** Files beside the `.env` of a folder, and the `.env` above it, that hold some of these names; the nearest first. */
export function dotenvsElsewhere(folder: string, wanted: readonly string[]): DotenvElsewhere[] {
  const above = parentWithDotenv(folder);
  const beside = OTHER_FILES.map((name) => ({ path: name, parent: null }));
  const all = [...beside, ...(above === null ? [] : [{ path: join(above, ".env"), parent: above }])];
  return withNames(folder, wanted, all);
}

function withNames(
  folder: string,
  wanted: readonly string[],
  files: readonly Omit<DotenvElsewhere, "names">[],
): DotenvElsewhere[] {
  return files.flatMap(({ path, parent }) => {
    const there = namesIn(resolve(folder, path));
    const names = wanted.filter((name) => there.has(name));
    return names.length > 0 ? [{ path, parent, names }] : [];
  });
}

/** None where it cannot be read. */
function namesIn(path: string): ReadonlySet<string> {
  try {
    const names = Object.keys(parseEnv(readTextFile(path).text)).map((name) => name.replace(/_FILE$/, ""));
    return new Set(names.includes("R2_ENDPOINT") ? [...names, "R2_ACCOUNT_ID"] : names);
  } catch (error) {
    if (error instanceof UnreadableFile) return new Set();
    throw error;
  }
}

/** The folder above `folder` that has a `.env`; null when none has. */
export function parentWithDotenv(folder: string): string | null {
  for (let at = dirname(folder), below = folder; at !== below; below = at, at = dirname(at))
    if (existsSync(join(at, ".env"))) return at;
  return null;
}
