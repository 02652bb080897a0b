import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { type OpenExaminer, openExaminer } from "../compose/init.ts";
import { ConfigError } from "../config/error.ts";
import type { Finding } from "../doctor/check.ts";
import { summaryOf } from "../doctor/screen.ts";
import { asWritten } from "../domain/wording.ts";
import type { Asker, Values } from "../init/asker.ts";
import { Cancelled } from "../init/cancelled.ts";
import { dialogue } from "../init/dialogue.ts";
import { newLines } from "../init/env-lines.ts";
import { placeOf } from "../init/until-true.ts";
import { CHATS_VALUE, R2_VALUES, TOKEN_VALUE } from "../init/values.ts";
import { fold, oneLine } from "../reporters/format.ts";
import { codeOfSignal } from "../runs/signals.ts";
import { appendToDotenv, checkDotenv } from "./dotenv-file.ts";
import type { InitFlags } from "./init-flags.ts";
import type { CommandPlace } from "./place.ts";
import { type Rehearsal, startRehearsal } from "./rehearsal.ts";

/** Where `init` asks and writes. */
export interface InitPlace extends CommandPlace {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly columns?: number };
}

const WANTED = [...R2_VALUES, TOKEN_VALUE, CHATS_VALUE];

/**
 * `prewarm init`: asks for what is missing, tries it, and adds it to `.env`; returns the exit code. Throws ConfigError where nobody can
 * be asked, where `.env` cannot be written, or with `--yes` for what is missing.
 */
export async function init(flags: InitFlags, place: InitPlace): Promise<number> {
  // Whoever has typed everything does not want to hear it then.
  if (flags.sandbox !== true) checkDotenv(join(place.folder, ".env"));
  const rehearsal = flags.sandbox === true ? await startRehearsal() : null;
  const env = rehearsal ? rehearsal.env : place.env;
  const folder = rehearsal ? rehearsal.folder : place.folder;
  const examiner = openExaminer({ env, folder, docs: (id) => `docs/check-env.md#check-${id}` });
  const parts = { place, examiner, folder, rehearsal };
  const forget = rehearsal === null ? null : onEndFromOutside(rehearsal);
  try {
    return flags.yes === true ? await withoutAsking(parts, env) : await asking(parts);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    place.stderr.write("Nothing was written.\n");
    return 130;
  } finally {
    await examiner.close();
    await rehearsal?.close();
    forget?.();
  }
}

/** A terminal that goes away, which Node.js ends with an error or by SIGHUP, would leave the folder of a rehearsal behind. */
function onEndFromOutside({ removeFolder }: Rehearsal): () => void {
  const end = (signal: "SIGHUP" | "SIGTERM") => process.exit(codeOfSignal(signal));
  process.on("exit", removeFolder).on("SIGHUP", end).on("SIGTERM", end);
  return () => {
    process.off("exit", removeFolder).off("SIGHUP", end).off("SIGTERM", end);
  };
}

interface Parts {
  readonly place: InitPlace;
  readonly examiner: OpenExaminer;
  readonly folder: string;
  readonly rehearsal: Rehearsal | null;
}

async function asking(parts: Parts): Promise<number> {
  const { place, examiner, rehearsal } = parts;
  const { stdin, stdout, wording = asWritten } = place;
  if (stdin.isTTY !== true || place.stderr.isTTY !== true)
    throw new ConfigError([
      "init asks on a terminal, and this is none: set the variables and use `prewarm init --yes`",
    ]);
  const { clackAsker } = await import("../init/clack-asker.ts");
  const wrap = (text: string) => wrapped(text, stdout.columns ?? WIDTH);
  const asker = clackAsker({ input: stdin, output: stdout, wording, wrap });
  if (rehearsal) asker.say("hint", rehearsal.introduction);
  const values = await dialogue(asker, rehearsal ? rehearsal.around(examiner) : examiner);
  const lines = newLines(values);
  if (lines.length > 0 && !rehearsal) await confirm(asker, values);
  return write(parts, values, (text) => asker.say("hint", text));
}

/** Where the terminal does not say how wide it is; and what stands before each line. */
const WIDTH = 80;
const MARGIN = 4;

function wrapped(text: string, columns: number): string {
  const room = Math.max(24, Math.min(columns, 100) - MARGIN);
  return text
    .split("\n")
    .flatMap((line) => fold(line, room, ""))
    .join("\n");
}

async function confirm(asker: Asker, values: Values): Promise<void> {
  const names = Object.keys(values).join(", ");
  const answer = await asker.choose(`Write ${names} to .env?`, [
    { value: "yes", label: "yes" },
    { value: "no", label: "no, forget them" },
  ]);
  if (answer === "no") throw new Cancelled();
}

/** Of a Bot API server of one's own. */
const SERVER = ["TELEGRAM_API_ROOT", "TELEGRAM_API_LOCAL"];

/** Takes over what the environment has, where `.env` does not have it. */
async function withoutAsking(parts: Parts, env: NodeJS.ProcessEnv): Promise<number> {
  const { examiner, place } = parts;
  const missing = WANTED.filter((each) => placeOf(examiner, each) === null);
  if (missing.length > 0)
    throw new ConfigError(missing.map(({ name, message }) => `${name} is not set: ${message}`));
  const values = Object.fromEntries(fromEnvironment(examiner).map((name) => [name, env[name]?.trim()]));
  return write(parts, values, (text) => place.stdout.write(`${text}\n`));
}

/** Those of the values that the environment has, and `.env` does not. */
function fromEnvironment({ given }: OpenExaminer): readonly string[] {
  const names = [...WANTED.flatMap(({ name, or = [] }) => [name, ...or]), ...SERVER];
  return names.filter((name) => given.get(name) === `environment ${name}`);
}

/** Writes what is new, and says what `check-env` finds then. */
async function write(
  { place, examiner, folder, rehearsal }: Parts,
  values: Values,
  say: (text: string) => void,
): Promise<number> {
  const { wording = asWritten } = place;
  const findings = await examiner.examine(values, []);
  const lines = newLines(values);
  if (rehearsal) say(`A rehearsal: nothing was written. It would be ${lines.length} lines of .env.`);
  else if (lines.length === 0) say("Nothing is missing, so nothing was written.");
  else {
    appendToDotenv(join(folder, ".env"), lines);
    say(`Written to .env, readable by you alone: ${Object.keys(values).join(", ")}`);
  }
  const left = rehearsal ? [] : fromEnvironment(examiner).filter((name) => values[name] === undefined);
  if (left.length > 0)
    say(
      wording(
        `In the environment of this shell alone: ${left.join(", ")}. \`prewarm init --yes\` writes them too`,
      ),
    );
  const { pass, warn, fail, unknown } = summaryOf(findings);
  for (const finding of findings.filter(({ status }) => status === "fail" || status === "unknown"))
    say(wording(lineOf(finding)));
  say(`check-env: ${pass} ok, ${warn} to look at, ${fail + unknown} not right`);
  const then = fail + unknown > 0 ? "prewarm check-env" : "prewarm run --dry-run";
  say(wording(`Next: ${rehearsal ? "prewarm init" : then}`));
  return fail + unknown > 0 ? 1 : 0;
}

function lineOf({ title, found, next }: Finding): string {
  return oneLine(`${title}: ${found}${next === null ? "" : `; ${next}`}`);
}
