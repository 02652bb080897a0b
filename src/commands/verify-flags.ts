import type { Command } from "commander";
import { VERIFY_PLACES } from "../config/verify-options.ts";
import { MANIFEST_FORMATS } from "../domain/choices.ts";
import { MEDIA_KINDS } from "../domain/media.ts";
import { addConfigFlags, choice, collect, withFlags } from "./config-flags.ts";
import { addOutputFlags } from "./run-flags.ts";

const EXAMPLES = `Examples:
  prewarm verify --dry-run                     what would be asked, how long it takes and what it costs
  prewarm verify                               all ids, also while a run or a worker writes
  prewarm verify --against r2                  only whether the objects are still there and the same: minutes for a million
  prewarm verify --sample 1%                   some of them, at random
  prewarm verify --fix && prewarm run          mark what is not true, also beside a worker, and warm it again
  prewarm verify --json --failed-to bad.jsonl | jq 'select(.status == "dead")'

Exit codes: 0 all is as the ledger says, or --fix has marked what was not; 2 usage, or no ledger there; 3 some ids are not, or could not be checked;
  4 credentials or rights; 5 --max-duration, or too much that could not be checked
`;

/** The flags of `prewarm verify` as commander has them. */
export type VerifyFlags = ReturnType<ReturnType<typeof addVerifyFlags>["opts"]>;

/** Declares the flags of `prewarm verify`. */
export function addVerifyFlags(command: Command) {
  const described = command
    .description("ask R2 and Telegram whether what the ledger says is still true; nothing is sent")
    .addHelpText("before", EXAMPLES);
  return withFlags(withFlags(withFlags(described, addWhatFlags), addConfigFlags), addOutputFlags);
}

function addWhatFlags(command: Command) {
  return command
    .optionsGroup("What:")
    .option("--prefix <prefix>", "only keys that begin with this")
    .option("--manifest <file>", "only keys that this file names, - for stdin")
    .addOption(
      choice(
        "--manifest-format <format>",
        "format of the manifest, where its extension does not tell",
        MANIFEST_FORMATS,
      ),
    )
    .option("--include <glob>", "only keys that match; repeatable", collect)
    .option("--exclude <glob>", "skip keys that match, even if they are included; repeatable", collect)
    .addOption(choice("--kind <kind>", "only ids of this kind", MEDIA_KINDS))
    .option("--sample <n>", "so many of them at random, a number or a share such as 1%")
    .option("--from <key>", "begin with this key: goes on from where a check was stopped")
    .addOption(choice("--against <place>", "check against one of both places only (both)", VERIFY_PLACES))
    .option("--allow-empty", "exit 0 when a pattern or kind matches no key (otherwise 2)")
    .optionsGroup("How:")
    .option("--fix", "mark dead ids and forget keys of deleted objects, so that the next run puts it right")
    .option("--retries <n>", "tries after the first; flood waits do not count (5)")
    .option("--max-duration <time>", "stop after this time, such as 90s or 2h; exit 5")
    .option("--failed-to <file>", "write what is not as the ledger says as a manifest")
    .option("-n, --dry-run", "count only: neither R2 nor Telegram is asked about an id, nothing is written");
}
