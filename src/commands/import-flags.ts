import type { Command } from "commander";
import { MANIFEST_FORMATS } from "../domain/choices.ts";
import { CONFIG_FILE_FLAG, choice, ENV_FILE_FLAG, LEDGER_FLAG, SANDBOX_LEDGER_FLAG } from "./config-flags.ts";

const EXAMPLES = `Examples:
  prewarm import ids.jsonl                         what \`prewarm export\` wrote, also while a run or a worker writes
  prewarm import ids.csv -n                        what it would do; nothing is written
  prewarm export --ledger sqlite:old.db | prewarm import - --ledger sqlite:new.db

Exit codes: 0 done, 2 the file is of another bot, bucket or sandbox, or cannot be read, 3 some lines are wrong
`;

/** The flags of `prewarm import` as commander has them. */
export type ImportFlags = ReturnType<ReturnType<typeof addImportFlags>["opts"]>;

/** Declares the flags of `prewarm import`. */
export function addImportFlags(command: Command) {
  return command
    .description("take ids of a file into the ledger; an id that works there is kept")
    .argument("<file>", "jsonl, csv or json as `prewarm export` writes it; - for stdin")
    .addHelpText("before", EXAMPLES)
    .addOption(
      choice("--format <format>", "how it is written (by its extension; stdin: jsonl)", MANIFEST_FORMATS),
    )
    .option("--force", "what the file says replaces what the ledger has")
    .option("-n, --dry-run", "only tell what it would do: nothing is written")
    .option("--json", "NDJSON on stdout: one line for each line that is wrong, the summary last")
    .option(...LEDGER_FLAG)
    .option(...ENV_FILE_FLAG)
    .option(...CONFIG_FILE_FLAG)
    .option(...SANDBOX_LEDGER_FLAG);
}
