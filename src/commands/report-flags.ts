import type { Command } from "commander";
import { CONFIG_FILE_FLAG, ENV_FILE_FLAG, LEDGER_FLAG, SANDBOX_LEDGER_FLAG } from "./config-flags.ts";

const EXAMPLES = `Examples:
  prewarm report last.html                 the last run, as one page
  prewarm report --list                    which runs the ledger remembers
  prewarm report --run 3 third.html        the third last
  prewarm report --since 24h day.html      all that was sent in a day, by whomever
  prewarm run --report run.html            knows more than the ledger: waits, phases, what was skipped

Exit codes: 0 done, 1 the page could not be written to its end, 2 no ledger there, or no such run
`;

/** The flags of `prewarm report` as commander has them. */
export type ReportFlags = ReturnType<ReturnType<typeof addReportFlags>["opts"]>;

/** Declares the flags of `prewarm report`. */
export function addReportFlags(command: Command) {
  return command
    .description(
      "a page about a run of the past: what was sent, pace against the limit, waits, failures, the slowest",
    )
    .addHelpText("before", EXAMPLES)
    .argument("[file]", "the page, such as run.html; - for stdout")
    .option("--list", "list the runs that the ledger remembers, the latest first")
    .option("--run <n>", "which of them: 1 is the last (1)")
    .option("--since <time>", "all of them together, since so long ago, such as 24h")
    .option(...LEDGER_FLAG)
    .option(...SANDBOX_LEDGER_FLAG)
    .option(...ENV_FILE_FLAG)
    .option(...CONFIG_FILE_FLAG);
}
