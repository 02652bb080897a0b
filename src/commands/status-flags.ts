import type { Command } from "commander";
import { CONFIG_FILE_FLAG, ENV_FILE_FLAG, LEDGER_FLAG, SANDBOX_LEDGER_FLAG } from "./config-flags.ts";

const EXAMPLES = `Examples:
  prewarm status                                   what the ledger holds, also while a run or a worker writes to it
  prewarm status --ledger sqlite:/data/prewarm.db
  prewarm status --json | jq '.backlog'

Exit codes: 0 done, 2 no ledger there
`;

/** The flags of `prewarm status` as commander has them. */
export type StatusFlags = ReturnType<ReturnType<typeof addStatusFlags>["opts"]>;

/** Declares the flags of `prewarm status`. */
export function addStatusFlags(command: Command) {
  return command
    .description("what the ledger holds: rows by state, oldest work, lanes, backlog and how long it takes")
    .addHelpText("before", EXAMPLES)
    .option(...LEDGER_FLAG)
    .option(...ENV_FILE_FLAG)
    .option(...CONFIG_FILE_FLAG)
    .option(...SANDBOX_LEDGER_FLAG)
    .option("--json", "one JSON document on stdout")
    .option("--no-color", "no colours (NO_COLOR)");
}
