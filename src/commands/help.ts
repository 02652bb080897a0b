import { readdirSync, readFileSync } from "node:fs";
import type { Argument, Command, CommandUnknownOpts, Option } from "commander";
import { ConfigError } from "../config/error.ts";
import { nearest } from "../config/nearest.ts";
import { SECRETS, SETTINGS, type Setting } from "../config/settings.ts";
import { ERROR_REASONS } from "../domain/error-reasons.ts";
import { EXIT_CODES } from "../domain/exit-codes.ts";
import { REASONS } from "../domain/reasons.ts";
import { shownJson } from "../domain/shown-json.ts";
import { SKIP_REASONS } from "../domain/skip-reasons.ts";
import type { HelpFlags } from "./help-flags.ts";

const PAGES = new URL("../../docs/", import.meta.url);

/** `prewarm help`: answers the exit code. Throws ConfigError for what there is neither a command nor a page of. */
export async function help(topic: string | undefined, flags: HelpFlags, program: Command): Promise<number> {
  const print = (text: string) => process.stdout.write(text);
  const command = program.commands.find((each) => each.name() === topic);
  if (flags.json === true) print(`${shownJson(everything(program), 2)}\n`);
  else if (topic === undefined) {
    program.outputHelp();
    print(`\n${pageList()}`);
  } else if (command) command.outputHelp();
  else print(pageOf(topic, program));
  return 0;
}

/** The pages of the documentation, by their names. */
export function topics(): string[] {
  return readdirSync(PAGES)
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .map((name) => name.slice(0, -".md".length));
}

function pageList(): string {
  return `Pages (prewarm help <page>):\n${topics()
    .map((name) => `  ${name}\n`)
    .join("")}`;
}

function pageOf(topic: string, program: Command): string {
  const pages = topics();
  if (pages.includes(topic)) return readFileSync(new URL(`${topic}.md`, PAGES), "utf8");
  const known = [...program.commands.map((each) => each.name()), ...pages];
  const meant = nearest(topic, known);
  throw new ConfigError(
    [`there is no command and no page "${topic}"${meant ? `, did you mean ${meant}?` : ""}`],
    "`prewarm help` lists both",
  );
}

/** Commands, variables, codes and reasons, by the lists that prewarm itself reads. */
function everything(program: Command): Record<string, unknown> {
  return {
    version: program.version(),
    commands: program.commands.flatMap((command) => commandsIn(command, "")),
    environment: [
      ...Object.values(SETTINGS).flatMap((setting) => variablesOf(setting)),
      ...SECRETS.map((name) => ({ name, flag: null, default: null, secret: true, file: `${name}_FILE` })),
    ],
    exit_codes: EXIT_CODES,
    reasons: [
      ...Object.entries(REASONS).map(([reason, { class: cls, next }]) => ({ reason, class: cls, next })),
      ...Object.keys(SKIP_REASONS).map((reason) => ({ reason, class: "skip", next: null })),
      ...Object.entries(ERROR_REASONS).map(([reason, next]) => ({ reason, class: "error", next })),
    ],
    pages: topics().map((name) => `docs/${name}.md`),
  };
}

function commandsIn(command: CommandUnknownOpts, before: string): Record<string, unknown>[] {
  const name = `${before}${command.name()}`;
  const own = {
    name,
    description: command.description(),
    arguments: command.registeredArguments.map(argumentOf),
    flags: command.options.filter(({ hidden }) => !hidden).map(flagOf),
  };
  return [own, ...command.commands.flatMap((each) => commandsIn(each, `${name} `))];
}

function argumentOf(argument: Argument): Record<string, unknown> {
  return {
    name: argument.name(),
    required: argument.required,
    repeatable: argument.variadic,
    description: argument.description,
  };
}

function flagOf({ long, short, flags, description, argChoices }: Option): Record<string, unknown> {
  return { flag: long ?? short, written: flags, description, choices: argChoices ?? null };
}

function variablesOf({ env, flag, fallback }: Setting<unknown>): Record<string, unknown>[] {
  return env.map((name) => ({
    name,
    flag: flag === undefined ? null : `--${flag}`,
    default: fallback ?? null,
    secret: false,
    file: null,
  }));
}
