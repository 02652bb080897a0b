import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SECRETS } from "./far-ends.ts";
import type { LifeEnd } from "./life.ts";

/** Of `run` and `worker`; 2 is not among them, since the configuration is right and the ledger nobody else's. */
const CODES: readonly (number | null)[] = [0, 1, 3, 4, 5, 130, 143];
/** What no user is to see. */
const NOT_SAID: readonly RegExp[] = [
  /^\s+at .*[:(]\d+/m,
  /unexpected error/i,
  /unhandled/i,
  /\b\w*Warning: /,
  /\[object Object\]|\bundefined\b|\bNaN\b/,
];
const LONGEST_LINE = 700;

/** What was not as promised in how a process ended, in words. */
export function wrongsOfEnd({ ended, sent, hung }: LifeEnd, isJson: boolean, dir: string): string[] {
  const { code, signal, stdout, stderr } = ended;
  if (hung) return [`it did not end; it said last: ${stderr.slice(-500)}`];
  const wrongs = [...wrongSecrets(stdout, stderr, dir)];
  if (signal !== null) {
    // Before its program is loaded a process ends as any does.
    const isMeant = sent.has(signal) && (signal === "SIGKILL" || hasNotBegun(stdout, stderr));
    return isMeant ? wrongs : [...wrongs, `ended by ${signal}: ${stderr.slice(-500)}`];
  }
  if (!CODES.includes(code)) wrongs.push(`ended with ${code}: ${stderr.slice(-500)}`);
  if (code === 130 && !sent.has("SIGINT")) wrongs.push("ended with 130 without SIGINT");
  if (code === 143 && !sent.has("SIGTERM")) wrongs.push("ended with 143 without SIGTERM");
  for (const pattern of NOT_SAID)
    if (pattern.test(stderr)) wrongs.push(`said ${pattern}: ${around(stderr, pattern)}`);
  return [...wrongs, ...wrongLastLine(ended.code, stdout, stderr, isJson)];
}

/** It has said its name at most. */
function hasNotBegun(stdout: string, stderr: string): boolean {
  return stdout === "" && /^(prewarm \S+ \w+\n)?$/.test(stderr);
}

function wrongLastLine(code: number | null, stdout: string, stderr: string, isSummary: boolean): string[] {
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  const wrongs = [];
  if (code !== 0 && last.trim() === "") wrongs.push(`ended with ${code} and said nothing`);
  if (last.length > LONGEST_LINE) wrongs.push(`its last line has ${last.length} letters`);
  if (!isSummary) return wrongs;
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  try {
    const { type, exit_code } = JSON.parse(line) as { type?: unknown; exit_code?: unknown };
    if (type !== "summary" || exit_code !== code)
      wrongs.push(`ended with ${code}, and its last line is ${line.slice(0, 300)}`);
  } catch {
    wrongs.push(`its last line on stdout is no JSON: ${line.slice(0, 300)}`);
  }
  return wrongs;
}

function around(text: string, pattern: RegExp): string {
  const at = pattern.exec(text)?.index ?? 0;
  return text.slice(Math.max(0, at - 200), at + 400);
}

/** Secrets in what it wrote, and in any file of its folder. */
function wrongSecrets(stdout: string, stderr: string, dir: string): string[] {
  const places = [
    ["stdout", stdout],
    ["stderr", stderr],
    ...readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), "latin1")] as const),
  ] as const;
  return places.flatMap(([place, text]) =>
    SECRETS.filter((secret) => text.includes(secret)).map((secret) => `${place} holds the secret ${secret}`),
  );
}
