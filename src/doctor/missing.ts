import type { World } from "./port.ts";

const MISSING = /^(\w+)(?: \(or \w+\))? is not set: (.*)$/;

/** Variables that a run would complain of as not set. */
export function missingNames({ config }: Pick<World, "config">): string[] {
  return config.problems.flatMap((problem) => MISSING.exec(problem)?.[1] ?? []);
}

/** What else a run would complain of, but for values out of range. */
export function otherProblems({ config }: Pick<World, "config">): string[] {
  return config.problems.filter(
    (problem) => !MISSING.test(problem) && !/ is not usable, it must be /.test(problem),
  );
}
