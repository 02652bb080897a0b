import type { Argument, CommandUnknownOpts, Option } from "commander";
import { expect, it } from "vitest";
import { programOf } from "../../src/commands/program.ts";
import { textOf } from "./page.ts";

const PAGE = "../../docs/commands.md";
const ANEW =
  "docs/commands.md is not what the commands take; write it anew: npx vitest run --config test/vitest.config.ts test/docs/commands-page.test.ts -u";

/** Where a command is explained, where that is not a page of its name. */
const PAGES: Readonly<Record<string, string>> = {
  probe: "packs-and-proofs.md#prewarm-probe",
  "bench compare": "bench.md",
  enqueue: "many-machines.md#prewarm-enqueue",
  lookup: "lookup-export-import-failures.md",
  export: "lookup-export-import-failures.md",
  import: "lookup-export-import-failures.md",
  failures: "lookup-export-import-failures.md",
  migrate: "postgresql.md#making-the-tables-and-moving-a-ledger-here",
  completion: "scripts-and-assistants.md#completion-of-commands-and-flags",
  help: "scripts-and-assistants.md",
};

const INTRO = `# Commands and flags

Every command, argument and flag, made by \`test/docs/commands-page.test.ts\` from what the program itself reads: the test fails where this page says something else.
A command's own page says more. For scripts: \`prewarm help --json\`; in a terminal: \`prewarm help run\`. Variables and their defaults: [configuration](configuration.md).
`;

const pageOf = (name: string) => PAGES[name] ?? `${name}.md`;
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

function flagRow({ flags, description, argChoices, variadic }: Option): string {
  const choices = argChoices ? `: ${argChoices.map((each) => `\`${each}\``).join(", ")}` : "";
  const repeated = variadic ? " (takes all that follows, up to the next flag)" : "";
  return `| \`${flags}\` | ${cell(description)}${choices}${repeated} |`;
}

function argumentRow(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  const written = argument.required ? `<${name}>` : `[${name}]`;
  return `| \`${written}\` | ${cell(argument.description)} |`;
}

function sectionOf(command: CommandUnknownOpts, before: string): string {
  const name = `${before}${command.name()}`;
  const rows = [
    ...command.registeredArguments.map(argumentRow),
    ...command.options.filter(({ hidden }) => !hidden).map(flagRow),
  ];
  const table = rows.length === 0 ? "" : `\n| argument or flag | does |\n|---|---|\n${rows.join("\n")}\n`;
  const own = `\n## prewarm ${name}\n\n${cell(command.description())}. [More](${pageOf(name)})\n${table}`;
  return own + command.commands.map((each) => sectionOf(each, `${name} `)).join("");
}

const program = programOf({ version: "0", done: () => {}, onRedactor: () => {} });
const commands = program.commands.flatMap((command) => [
  { name: command.name(), options: command.options },
  ...command.commands.map((each) => ({ name: `${command.name()} ${each.name()}`, options: each.options })),
]);
const fileOf = (name: string) => `docs/${pageOf(name).replace(/#.*/, "")}`;

it("the page of commands says what the program takes", async () => {
  const page = INTRO + program.commands.map((command) => sectionOf(command, "")).join("");
  await expect(page, ANEW).toMatchFileSnapshot(PAGE);
});

it.each([...new Set(commands.map(({ name }) => fileOf(name)))])(
  "%s has no flag in its tables that its commands do not take",
  (file) => {
    const taken = commands
      .filter(({ name }) => fileOf(name) === file)
      .flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short]));
    const rows = textOf(file).matchAll(/^\| (?:\|)?[^|]*/gm);
    const named = [...rows].flatMap(([row]) =>
      [...row.matchAll(/`(--?[a-z][a-z0-9-]*)/g)].map(([, flag]) => flag),
    );
    expect(named.filter((flag) => !taken.includes(flag))).toEqual([]);
  },
);
