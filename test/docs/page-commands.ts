import { readdirSync, readFileSync } from "node:fs";
import { PAGES, snippetsOf, textOf } from "./page.ts";
import { type Statement, statementsOf } from "./shell.ts";

const OPERATIONS = new URL("../../fixtures/operations/", import.meta.url);
const SHELLS: readonly string[] = ["sh", "bash", "console"];

/** Programs that call the one that stands behind them. */
const CALLERS: ReadonlySet<string> = new Set(["npx", "node", "docker", "timeout", "flock", "systemd-run"]);

/** A line that readers are told to type, or to give to a scheduler. */
export interface Told extends Statement {
  readonly page: string;
}

/** Every line of the pages' blocks of sh, of their crontabs, and of the steps of their workflows. */
export function toldLines(): Told[] {
  return PAGES.flatMap((page) =>
    snippetsOf(textOf(page)).flatMap(({ language, code }) =>
      scriptsOf(language, code).flatMap((script) => statementsOf(script).map((each) => ({ page, ...each }))),
    ),
  );
}

function scriptsOf(language: string, code: string): string[] {
  if (language === "console") return [...code.matchAll(/^\$ (.*)$/gm)].map(([, line = ""]) => line);
  if (SHELLS.includes(language)) return [code];
  if (language === "crontab") return [...code.matchAll(/^(?:\S+ ){5}(.*)$/gm)].map(([, line = ""]) => line);
  if (language === "yaml") return stepsOf(code);
  if (language === "ini") return startsOf(code);
  return [];
}

/** What `run:` holds, on its line or in the lines below it. */
function stepsOf(code: string): string[] {
  const steps = code.matchAll(/^( *)(?:- )?run: (?:\|\n((?:\1 +.*\n|\n)+)|(.*)\n)/gm);
  return [...steps].map(([, , block, line]) => block ?? line ?? "");
}

function startsOf(code: string): string[] {
  return [...code.matchAll(/^ExecStart\w*=(.*)$/gm)].map(([, line = ""]) => line);
}

/** Calls of prewarm within sentences: in backticks. */
export function mentions(): { readonly page: string; readonly args: readonly string[] }[] {
  return PAGES.flatMap((page) => {
    const inBackticks = textOf(page).matchAll(/`((?:npx )?prewarm [^`\n]+|node bin\/prewarm\.js [^`\n]+)`/g);
    return [...inBackticks].flatMap(([, text = ""]) =>
      statementsOf(text.replaceAll("\\|", "|")).flatMap(({ commands }) =>
        commands.flatMap((words) => {
          const args = argsOfPrewarm(words);
          return args === null ? [] : [{ page, args }];
        }),
      ),
    );
  });
}

/** What the files that are there to be copied start. */
export function startedByFiles(): Told[] {
  return readdirSync(OPERATIONS)
    .filter((name) => name.endsWith(".service"))
    .flatMap((page) =>
      startsOf(readFileSync(new URL(page, OPERATIONS), "utf8")).flatMap((line) =>
        statementsOf(line).map((each) => ({ page, ...each })),
      ),
    );
}

/** What prewarm is called with; null where something else is called. */
export function argsOfPrewarm(words: readonly string[]): string[] | null {
  const [program = "", second = ""] = words;
  if (program === "npm" && second === "start") return ["run", "--sandbox"];
  if (program === "docker" && second !== "run") return null;
  const isPrewarm = (word: string) => /(?:^|\/)prewarm(?:\.js)?$/.test(word);
  if (isPrewarm(program)) return words.slice(1);
  if (!CALLERS.has(program.replace(/.*\//, ""))) return null;
  const at = words.findLastIndex(isPrewarm);
  if (at === -1) return null;
  const args = words.slice(at + 1);
  return program === "docker" && args.length === 0 ? ["worker"] : args;
}
