import type { Command } from "commander";
import { CONFIG_FILE_FLAG, ENV_FILE_FLAG, LEDGER_FLAG } from "./config-flags.ts";

const EXAMPLES = `Examples:
  prewarm migrate                                  brings the tables of the ledger to this version; may be run again
  prewarm migrate --print > prewarm.sql            the SQL for an administrator; nothing is changed
  prewarm migrate --from sqlite:prewarm.db         moves a ledger in SQLite into the PostgreSQL of PREWARM_LEDGER

Exit codes: 0 done, 1 what was moved is not the same, 2 not possible: no right to it, or the ledger of others
`;

/** The flags of `prewarm migrate` as commander has them. */
export type MigrateFlags = ReturnType<ReturnType<typeof addMigrateFlags>["opts"]>;

/** Declares the flags of `prewarm migrate`. */
export function addMigrateFlags(command: Command) {
  return command
    .description("bring the tables of the ledger to this version, or move a ledger in SQLite into PostgreSQL")
    .addHelpText("before", EXAMPLES)
    .option(...LEDGER_FLAG)
    .option(...ENV_FILE_FLAG)
    .option(...CONFIG_FILE_FLAG)
    .option("--print", "only print the SQL, for one who may change the database")
    .option(
      "--notify-trigger",
      "have the database tell workers of rows that others write (they listen at PREWARM_LISTEN_URL)",
    )
    .option("--from <place>", "move the ledger in this file (sqlite:FILE), and verify what was moved");
}
