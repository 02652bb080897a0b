import type { CheckContext } from "./context.ts";

/** Variables that a run would complain of as not set. */
export function missingNames({ config }: Pick<CheckContext, "config">): string[] {
  return config.problems.flatMap(({ kind, name }) => (kind === "missing" && name !== null ? [name] : []));
}
