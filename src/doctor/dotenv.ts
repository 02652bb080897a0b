import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { textOf } from "../domain/text-encoding.ts";

/** Something in a `.env` that does not mean what it looks like. */
export interface DotenvTrouble {
  /** Counts from 1; 0 for the file as a whole. */
  readonly line: number;
  readonly found: string;
  readonly next: string;
  /** Values are lost by it, not only changed. */
  readonly serious: boolean;
}

/** The folder above `folder` that has a `.env`; null when none has. */
export function parentWithDotenv(folder: string): string | null {
  for (let at = dirname(folder), below = folder; at !== below; below = at, at = dirname(at))
    if (existsSync(join(at, ".env"))) return at;
  return null;
}

/** The bytes of the `.env` in a folder; null where there is none that can be read. */
export function dotenvBytes(folder: string): Buffer | null {
  try {
    return readFileSync(join(folder, ".env"));
  } catch {
    return null;
  }
}

/** What a `.env` has that is harmless but surprises: a byte order mark, Windows line ends, UTF-16. */
export function dotenvOddities(bytes: Buffer): string[] {
  const { encoding, hasMark, hasCrlf } = textOf(bytes);
  return [
    ...(encoding === "UTF-8" ? [] : [encoding]),
    ...(hasMark ? ["a byte order mark"] : []),
    ...(hasCrlf ? ["Windows line ends"] : []),
  ];
}

/** What Node's parser would make something else of, line by line. No value is quoted. */
export function dotenvTroubles(bytes: Buffer): DotenvTrouble[] {
  const lines = textOf(bytes).text.split("\n");
  return withoutQuotedLines(lines).flatMap(({ number, line }) => lineTrouble(line, number));
}

/** Lines that begin something; those inside a quoted value of several lines are left out. */
function withoutQuotedLines(lines: readonly string[]): { number: number; line: string }[] {
  const starts: { number: number; line: string }[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    starts.push({ number: i + 1, line });
    const quote = openQuote(line);
    if (quote === null) continue;
    const end = lines.findIndex((later, at) => at > i && later.includes(quote));
    if (end > 0 && !lines.slice(i + 1, end).some((between) => /^\s*[A-Z_]+\s*=/.test(between))) i = end;
  }
  return starts;
}

function openQuote(line: string): string | null {
  const match = /^\s*(?:export\s+)?[\w.-]+\s*=\s*(["'`])(.*)$/.exec(line);
  return match?.[1] !== undefined && !match[2]?.includes(match[1]) ? match[1] : null;
}

function lineTrouble(line: string, number: number): DotenvTrouble[] {
  if (/^\s*(#|$)/.test(line)) return [];
  const [, name, value = ""] = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
  const at = (found: string, next: string, serious = true) => [{ line: number, found, next, serious }];
  if (name === undefined) return at("it is not NAME=value", `write line ${number} of .env as NAME=value`);
  if (openQuote(line) !== null)
    return at(`${name} has a quote that is never closed`, `close the quote in line ${number} of .env`);
  if (/^[“”‘’„«]/.test(value))
    return at(`${name} has typographic quotes`, `write "plain" quotes, or none, in line ${number} of .env`);
  if (/^[^"'`].*[^\s#]#/.test(value))
    return at(
      `${name}: all after # is a comment`,
      `put "quotes" around the value in line ${number} of .env`,
      false,
    );
  return [];
}
