import type { Command } from "commander";
import { MEDIA_KINDS } from "../domain/media.ts";
import { CONFIG_FILE_FLAG, choice, ENV_FILE_FLAG, LEDGER_FLAG, SANDBOX_LEDGER_FLAG } from "./config-flags.ts";

const EXAMPLES = `Examples:
  prewarm lookup covers/a.jpg                       all that the ledger has for it, by bot and kind
  prewarm lookup covers/a.jpg --bot main --plain    just the file_id
  prewarm lookup covers/a.jpg --json

Exit codes: 0 there is an id, 2 no ledger there, 3 there is none that works
`;

/** The flags of `prewarm lookup` as commander has them. */
export type LookupFlags = ReturnType<ReturnType<typeof addLookupFlags>["opts"]>;

/** Declares the flags of `prewarm lookup`. */
export function addLookupFlags(command: Command) {
  return command
    .description("the file_ids of one key, also while a run or a worker writes")
    .argument("<key>", "the object's key in the bucket; after -- where it begins with -")
    .addHelpText("before", EXAMPLES)
    .option("--bot <slug>", "only of this bot")
    .addOption(choice("--kind <kind>", "only of this kind", MEDIA_KINDS))
    .option(
      "--plain",
      "just the file_id that a bot would send: without --bot that of the only bot, else of `default`",
    )
    .option("--json", "one JSON document on stdout")
    .option(...LEDGER_FLAG)
    .option(...ENV_FILE_FLAG)
    .option(...CONFIG_FILE_FLAG)
    .option(...SANDBOX_LEDGER_FLAG)
    .option("--no-color", "no colours (NO_COLOR)");
}
