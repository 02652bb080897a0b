import type { Command } from "commander";
import {
  CONFIG_FILE_FLAG,
  collect,
  ENV_FILE_FLAG,
  LEDGER_FLAG,
  SANDBOX_LEDGER_FLAG,
} from "./config-flags.ts";

const EXAMPLES = `Examples:
  prewarm failures                                   what failed or is unknown, why, and what to do
  prewarm failures --reason file_too_big --csv > too-big.csv
  prewarm failures --json | jq -r .key

Exit codes: 0 done, 2 no ledger there, or no such bot or reason in it
`;

/** The flags of `prewarm failures` as commander has them. */
export type FailuresFlags = ReturnType<ReturnType<typeof addFailuresFlags>["opts"]>;

/** Declares the flags of `prewarm failures`. */
export function addFailuresFlags(command: Command) {
  return command
    .description("everything that failed or is unknown: key, reason, text, what to do, when")
    .addHelpText("before", EXAMPLES)
    .option("--bot <slug>", "only of this bot; repeatable", collect)
    .option("--reason <reason>", "only for this reason; repeatable", collect)
    .option("--csv", "csv on stdout")
    .option("--json", "NDJSON on stdout: one line each")
    .option(...LEDGER_FLAG)
    .option(...ENV_FILE_FLAG)
    .option(...CONFIG_FILE_FLAG)
    .option(...SANDBOX_LEDGER_FLAG)
    .option("--no-color", "no colours (NO_COLOR)");
}
