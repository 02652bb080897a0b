import type { Inspected, Inspection } from "../config/inspect.ts";
import type { ConfigProblem, ProblemKind } from "../config/problems.ts";
import type { Check, Report } from "./check.ts";
import { howToSet, placeOf } from "./hints.ts";
import { stub } from "./mask.ts";
import { fail, pass, setStep, type ValuePlace, warn } from "./report.ts";

export const VALUES: Check = {
  id: "config-values",
  group: "configuration",
  title: "form and range",
  why: "A value that cannot be used ends every run; one with quotes or blanks in it means something else.",
  needs: ["dotenv-syntax"],
  run: ({ config }) => {
    const reports = [
      ...config.problems.flatMap((problem) => problemReport(problem, config)),
      ...config.draft.warnings
        .filter(({ kind }) => kind === "value")
        .map(({ text, name }) =>
          warn(
            text,
            "correct that value, if it is not what you mean",
            name === null ? {} : { subject: name },
          ),
        ),
    ];
    return reports.length > 0 ? reports : [pass("every value can be used")];
  },
};

/** What a run or a worker would say of a value, with the step that mends it; nothing for values that are not set. */
export function problemReport(problem: ConfigProblem, config: Inspection): Report[] {
  const { kind, name } = problem;
  const step = STEPS[kind];
  if (!step) return [];
  const subject = name === null ? {} : { subject: name };
  const value = config.values.find((each) => each.name === name);
  return [fail(found(problem, value), step(problem, value, placeOf(config, name ?? "")), subject)];
}

type Step = (problem: ConfigProblem, value: Inspected | undefined, place: ValuePlace) => string;

/** Other kinds have checks of their own. */
const STEPS: Readonly<Partial<Record<ProblemKind, Step>>> = {
  value: ({ name, origin, right, next }, value, { line }) => {
    if (next !== null) return next;
    const place = { origin: origin ?? undefined, line };
    const known = right ?? value?.fallback ?? null;
    return known === null ? howToSet(name ?? "", place) : setStep(place.origin, name ?? "", known, line);
  },
  secret_file: ({ name }) => `write the secret into that file, or: export ${name}=<secret>`,
  bot: () => "leave --bot out, or name one of those",
  open_host: () => 'export ADMIN_API_TOKEN="$(openssl rand -hex 32)"',
  other: () => "correct that value",
};

/** A secret is told apart by its stub. */
function found({ text }: ConfigProblem, value: Inspected | undefined): string {
  const given = value?.secret ? value.given[0] : undefined;
  return given ? text.replace("this value", `${stub(value?.name ?? "", given.value.trim())}`) : text;
}
