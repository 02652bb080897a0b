import type { Command } from "commander";
import { addConfigFlags, addWorkerConfigFlags, collect, withFlags } from "./config-flags.ts";

const EXAMPLES = `Examples:
  prewarm check-env                      everything, nothing is changed
  prewarm check-env --only telegram      one group
  prewarm check-env --probe              also send two tiny photos to each chat, and delete them
  prewarm check-env --json | jq '.findings[] | select(.status == "fail") | .next'

Exit codes: 0 all pass (warnings allowed), 1 something fails, 2 could not check
`;

/** The flags of `prewarm check-env` as commander has them. */
export type CheckEnvFlags = ReturnType<ReturnType<typeof addCheckEnvFlags>["opts"]>;

/** Declares the flags of `prewarm check-env`. */
export function addCheckEnvFlags(command: Command) {
  const own = command
    .description("find out why it does not work, and say what to do")
    .addHelpText("before", EXAMPLES)
    .optionsGroup("What:")
    .option(
      "--only <group>",
      "runtime, configuration, r2, telegram, ledger, pace or worker; repeatable, or with commas",
      collect,
    )
    .option("--probe", "send a tiny photo by upload and one by url to each chat, and delete both")
    .option("--list", "list the checks without running them")
    .option("--strict", "warnings fail")
    .optionsGroup("Output:")
    .option("--json", "one JSON document on stdout")
    .option("--no-color", "no colours (NO_COLOR)");
  return withFlags(withFlags(own, addConfigFlags), addWorkerConfigFlags);
}
