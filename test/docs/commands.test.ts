import { spawnSync } from "node:child_process";
import { type Command, CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { programOf } from "../../src/commands/program.ts";
import { has } from "../helpers/program.ts";
import { NOT_RUN, RUN_BESIDE, reasonFor } from "./not-run.ts";
import { PAGES, snippetsOf, textOf } from "./page.ts";
import { argsOfPrewarm, mentions, startedByFiles, type Told, toldLines } from "./page-commands.ts";
import { statementsOf } from "./shell.ts";

const told = toldLines();
const called = [...told, ...startedByFiles()].flatMap(({ page, commands }) =>
  commands.flatMap((words) => {
    const args = argsOfPrewarm(words);
    return args === null ? [] : [{ page, args }];
  }),
);

const program = commandsOnly();

/** All commands with their arguments and flags, none of which does or says anything. */
function commandsOnly(): Command {
  const silent = programOf({ version: "0", done: () => {}, onRedactor: () => {} });
  for (const command of [silent, ...silent.commands.flatMap((each) => [each, ...each.commands])])
    command.configureOutput({ writeErr: () => {}, writeOut: () => {} });
  for (const command of silent.commands.flatMap((each) => [each, ...each.commands])) command.action(() => {});
  return silent;
}

/** What the real commands say of these arguments; null where they take them. */
function refusalOf(args: readonly string[]): string | null {
  try {
    program.parse(args, { from: "user" });
    return null;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return null;
    return `prewarm ${args.join(" ")}: ${error instanceof Error ? error.message : error}`;
  }
}

function refusedOf(calls: readonly { readonly page: string; readonly args: readonly string[] }[]): string[] {
  return calls.flatMap(({ page, args }) => {
    const refusal = refusalOf(args);
    return refusal === null ? [] : [`${page}: ${refusal}`];
  });
}

describe("the commands of the pages", () => {
  it("are commands, arguments and flags that there are", () => {
    expect(called.length).toBeGreaterThan(40);
    expect(refusedOf(called)).toEqual([]);
    expect(refusalOf(["run", "--no-such-flag"])).toContain("unknown option");
    expect(refusalOf(["run", "--order", "smallest"])).toContain("Allowed choices");
  });

  it("are flags that there are within sentences, too, where an argument may be left out", () => {
    const refused = refusedOf(mentions());
    expect(refused.filter((refusal) => !refusal.includes("missing required argument"))).toEqual([]);
  });

  it("stand in blocks that begin a line, or no test would see them", () => {
    expect(PAGES.filter((page) => /^[ >]+```/m.test(textOf(page)))).toEqual([]);
  });

  it.skipIf(!has("bash"))("are scripts that bash can read", () => {
    const scripts = PAGES.flatMap((page) =>
      snippetsOf(textOf(page))
        .filter(({ language }) => language === "sh")
        .map(({ code }) => code),
    );
    const { stderr } = spawnSync("bash", ["-n"], { input: scripts.join("\n"), encoding: "utf8" });
    expect(stderr).toBe("");
  });

  it("are run by a test, or named with the reason", () => {
    const others = ({ commands }: Told) =>
      commands.filter((words) => argsOfPrewarm(words) === null && !RUN_BESIDE.has(words[0] ?? ""));
    const left = told.filter((line) => reasonFor(line) === null && others(line).length > 0);
    expect(left.map(({ page, text }) => `${page}: ${text}`)).toEqual([]);
  });

  it("are all there that the list of reasons names", () => {
    const gone = NOT_RUN.filter((row) => !told.some((line) => reasonFor(line, [row]) !== null));
    expect(gone).toEqual([]);
  });
});

describe("the reader of scripts", () => {
  it("joins lines, unquotes words, and leaves out comments, variables and redirections", () => {
    const script =
      "A=1 if prewarm run \\\n  --prefix 'a b' > \"$out\" 2>&1 # why\nsource <(prewarm completion zsh); x | y\n";
    expect(statementsOf(script).map(({ commands }) => commands)).toEqual([
      [["prewarm", "run", "--prefix", "a b"]],
      [["source"], ["prewarm", "completion", "zsh"], ["x"], ["y"]],
    ]);
  });
});
