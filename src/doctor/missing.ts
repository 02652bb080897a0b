import type { CheckContext } from "./context.ts";

const MISSING = /^(\w+)(?: \(or \w+\))? is not set: (.*)$/;

/** Variables that a run would complain of as not set. */
export function missingNames({ config }: Pick<CheckContext, "config">): string[] {
  return config.problems.flatMap((problem) => MISSING.exec(problem)?.[1] ?? []);
}

/** Of what a run or a worker would complain of, all but values that are missing or out of range. */
export function otherProblems(problems: readonly string[]): string[] {
  return problems.filter((problem) => !MISSING.test(problem) && !/ is not usable, it must be /.test(problem));
}
