import { join } from "node:path";
import { parentWithDotenv, writeAnew } from "../config/dotenv.ts";
import { withoutSecrets } from "../config/mask.ts";
import { layerOf } from "../config/origin.ts";
import type { ConfigProblem } from "../config/problems.ts";
import type { Check } from "./check.ts";
import { stub } from "./mask.ts";
import { MISSING, NAMES } from "./names.ts";
import { fail, pass, setStep, warn } from "./report.ts";
import { settingsOf } from "./settings.ts";
import { VALUES } from "./values.ts";

const settings: Check = {
  id: "settings",
  group: "configuration",
  title: "values",
  why: "What counts is the first of: flag, environment, .env (or --env-file), prewarm.config.json (or --config), default.",
  run: ({ config }) => {
    const all = settingsOf(config);
    const own = all.filter(({ origin }) => origin !== "default");
    const rest = all
      .filter(({ origin }) => origin === "default")
      .map(({ name, value }) => `${name}=${value}`);
    const lines = own.map(({ name, value, origin, losers }) => {
      const lost = losers.map((loser) => `, not ${loser.value} (${loser.origin})`);
      return `${name} = ${value} (${origin})${lost.join("")}`;
    });
    const details = [...lines, `by default: ${rest.join(", ")}`];
    return [pass(`${own.length} set, ${rest.length} by default`, { details })];
  },
};

const dotenv: Check = {
  id: "dotenv",
  group: "configuration",
  title: ".env",
  why: "It is read from the working directory only, unless --env-file names another one.",
  run: (context) => {
    const { folder, config } = context;
    const { dotenvProblem } = config;
    const { oddities, isThere, isFolder, name } = config.dotenv;
    const anew = writeAnew(name);
    if (dotenvProblem?.endsWith(anew)) return [fail(dotenvProblem.replace(`; ${anew}`, ""), anew)];
    if (dotenvProblem) return [fail(dotenvProblem, 'sudo chown "$USER" .env && chmod 600 .env')];
    const misplaced = config.problems.filter(({ kind }) => kind === "dotenv_place");
    if (misplaced.length > 0)
      return misplaced.map(({ text, next }) => fail(text, next ?? "", { subject: name }));
    const read = config.dotenv.isNamed ? `${name} is read` : "read";
    if (isThere) return [pass(oddities.length > 0 ? `${read}, in spite of ${oddities.join(" and ")}` : read)];
    if (isFolder) return [pass(".env is a folder, from which nothing is read; nothing is missing")];
    const parent = parentWithDotenv(folder);
    return [
      pass(
        parent === null
          ? "none here, none needed"
          : `none here; ${join(parent, ".env")} is not read from this directory`,
      ),
    ];
  },
};

const dotenvSyntax: Check = {
  id: "dotenv-syntax",
  group: "configuration",
  title: ".env syntax",
  why: "A line that is read otherwise than it looks gives a wrong value, or swallows the next one.",
  needs: ["dotenv"],
  applies: ({ config }) => config.dotenv.isThere,
  run: ({ config }) => {
    const { name } = config.dotenv;
    const about = { subject: name };
    const found = ({ text, next }: ConfigProblem) => text.replace(`${name}, `, "").replace(`; ${next}`, "");
    const isLine = ({ kind }: ConfigProblem) => kind === "dotenv_line";
    const reports = [
      ...config.problems.filter(isLine).map((each) => fail(found(each), each.next ?? "", about)),
      ...config.draft.warnings.filter(isLine).map((each) => warn(found(each), each.next ?? "", about)),
    ];
    return reports.length > 0 ? reports : [pass("every line is NAME=value")];
  },
};

const configFile: Check = {
  id: "config-file",
  group: "configuration",
  title: "prewarm.config.json",
  why: "A file that cannot be read whole ends every run.",
  applies: ({ config }) => config.fileName !== null,
  run: ({ config }) => {
    const name = config.fileName ?? "";
    const isNamed = name !== "prewarm.config.json";
    if (config.fileProblems.length === 0) return [pass(isNamed ? `${name} is read` : "read")];
    return config.fileProblems.map((problem) =>
      fail(withoutName(problem, name), `correct that place in ${name}`),
    );
  },
};

function withoutName(problem: string, name: string): string {
  return problem.startsWith(name) ? problem.slice(name.length).replace(/^:? /, "") : problem;
}

const shadowed: Check = {
  id: "shadowed",
  group: "configuration",
  title: "shadowed values",
  why: "A value in .env does nothing while the environment has another: edits to .env seem to be ignored.",
  run: ({ config }) => {
    const found = config.values.flatMap(({ name, secret, given: [winner, ...losers] }) => {
      const lost = losers.find(
        ({ origin, value }) => layerOf(origin) === "dotenv" && value !== winner?.value,
      );
      if (!winner || !lost || layerOf(winner.origin) === "file") return [];
      const show = (value: string) => (secret ? stub(name, value) : withoutSecrets(value));
      const variable = winner.origin.replace(/^environment /, "");
      const next = winner.origin.startsWith("environment ")
        ? `unset ${variable}`
        : `leave ${winner.origin} out`;
      const text = `${name} is ${show(winner.value)} by ${winner.origin}, not ${show(lost.value)} of ${config.dotenv.name}`;
      return [warn(text, next, { subject: name })];
    });
    return found.length > 0 ? found : [pass("none")];
  },
};

const timeScale: Check = {
  id: "time-scale",
  group: "configuration",
  title: "time scale",
  why: "PREWARM_TIME_SCALE is for the sandbox: with it waits that Telegram asks for would be cut short.",
  applies: ({ config }) => config.draft.timeScale !== 1,
  run: ({ config: { draft, values } }) => {
    const local = /^(localhost|127\.|\[::1\])/.test(new URL(draft.apiRoot).hostname);
    const origin = values.find(({ name }) => name === "PREWARM_TIME_SCALE")?.given[0]?.origin;
    return local
      ? [pass(`${draft.timeScale} times faster than real time, against a server on this machine`)]
      : [
          fail(
            `${draft.timeScale} times faster than real time against ${new URL(draft.apiRoot).host}`,
            setStep(origin, "PREWARM_TIME_SCALE", "1"),
          ),
        ];
  },
};

export const CONFIGURATION: readonly Check[] = [
  settings,
  dotenv,
  dotenvSyntax,
  configFile,
  MISSING,
  VALUES,
  NAMES,
  shadowed,
  timeScale,
];
