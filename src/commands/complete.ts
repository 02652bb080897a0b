import type { Command, CommandUnknownOpts } from "commander";
import { topics } from "./help.ts";

/** Directives of completion scripts: files may follow, and none may. */
const [FILES, NO_FILES] = [":0", ":4"];
/** How a flag or an argument says that it takes a path. */
const PATH = /file|folder|\.json$/;

/**
 * What fits behind these words, as the script of a shell reads it, where that is a path or a topic of help; null for all else. The last
 * word is the one that is being typed.
 */
export function ownCompletion(words: readonly string[], program: Command): string | null {
  const [name, ...rest] = words;
  const command = program.commands.find((each) => each.name() === name);
  const typed = rest.at(-1);
  if (command === undefined || typed === undefined || typed.startsWith("-")) return null;
  const before = rest.at(-2);
  const flag = before?.startsWith("-") ? flagOf(command, before) : undefined;
  if (flag?.required || flag?.optional) return PATH.test(flag.flags) ? FILES : null;
  if (name === "help") return topicsLike(typed, program);
  return takesPath(command, rest) ? FILES : null;
}

function flagOf({ options }: CommandUnknownOpts, word: string) {
  return options.find(({ long, short }) => long === word || short === word);
}

function takesPath(command: CommandUnknownOpts, rest: readonly string[]): boolean {
  const inner = command.commands.find((each) => each.name() === rest[0]) ?? command;
  return inner.registeredArguments.some((argument) => PATH.test(argument.name()));
}

function topicsLike(typed: string, program: Command): string {
  const known = new Map([
    ...topics().map((page) => [page, "a page"] as const),
    ...program.commands.map((each) => [each.name(), each.description()] as const),
  ]);
  const fitting = [...known].filter(([topic]) => topic.startsWith(typed));
  return [...fitting.map(([topic, about]) => `${topic}\t${about}`), NO_FILES].join("\n");
}
