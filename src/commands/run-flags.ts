import type { Command } from "commander";
import { MEDIA_KINDS } from "../domain/media.ts";
import { addConfigFlags, choice, collect } from "./config-flags.ts";

const TRANSFERS = ["auto", "url", "upload"];
const PROGRESS_MODES = ["auto", "live", "plain", "none"];

const EXAMPLES = `Examples:
  prewarm run --sandbox                        try it on local stand-ins, needs nothing
  prewarm run --dry-run                        plan and forecast, sends nothing
  prewarm run --prefix covers/ --limit 100     the first hundred of a folder
  prewarm run --include '*.mp4' --order recent
  prewarm run --manifest media.jsonl --json | jq 'select(.status == "failed")'
  some-query | prewarm run --manifest - --manifest-format csv
  prewarm run --only failed,unknown
`;

/** The flags of `prewarm run`. */
export function addRunFlags(command: Command): Command {
  command
    .description("warm every object of a bucket or a manifest once, then stop")
    .addHelpText("before", EXAMPLES);
  addWhatFlags(command);
  addHowFlags(command);
  addConfigFlags(command);
  return addOutputFlags(command);
}

function addWhatFlags(command: Command): Command {
  return command
    .optionsGroup("What:")
    .option(
      "--sandbox",
      "run against local stand-ins filled with sample media, ten times faster than real time",
    )
    .option("--prefix <prefix>", "only keys that begin with this")
    .option("--manifest <file>", "entries from a file, - for stdin, instead of the bucket's listing")
    .addOption(
      choice("--manifest-format <format>", "when the extension does not say it", ["jsonl", "json", "csv"]),
    )
    .option("--include <glob>", "only keys that match; repeatable", collect)
    .option("--exclude <glob>", "no keys that match, whatever else matches; repeatable", collect)
    .addOption(choice("--kind <kind>", "only objects of this kind", MEDIA_KINDS))
    .addOption(choice("--as <kind>", "send everything as this kind", MEDIA_KINDS))
    .option("--only <states>", "what the ledger holds as failed, unknown, weak (comma-separated)")
    .option("--force", "also what is ready; old ids serve until the new ones are confirmed")
    .option("--limit <n>", "warm at most so many, then stop");
}

function addHowFlags(command: Command): Command {
  return command
    .optionsGroup("How:")
    .addOption(choice("--order <order>", "within the queue (small)", ["small", "large", "recent", "source"]))
    .addOption(
      choice(
        "--transfer <way>",
        "url: Telegram fetches it; upload; auto: url where the rules allow (auto)",
        TRANSFERS,
      ),
    )
    .option("--retries <n>", "tries after the first; flood waits do not count (5)")
    .option("--max-duration <time>", "stop after so long, such as 90s or 2h; exit 5")
    .option(
      "--max-failures <n>",
      "stop after more failures than this, a number or a share such as 5%; exit 5",
    )
    .option("--failed-to <file>", "write what failed or is unknown as a manifest")
    .option("--no-preflight", "do not try the lanes before listing")
    .option("--delete-after", "remove each warmup message once its file_id is safe")
    .option("-n, --dry-run", "plan only: nothing is sent, nothing is written");
}

function addOutputFlags(command: Command): Command {
  return command
    .optionsGroup("Output:")
    .option("--json", "NDJSON on stdout: a line an item, the summary last")
    .option("-q, --quiet", "no progress, no tables; failures only")
    .option("--no-color", "no colours (NO_COLOR)")
    .addOption(
      choice(
        "--progress <mode>",
        "auto: live on a terminal, a line each 5 s elsewhere (auto)",
        PROGRESS_MODES,
      ),
    );
}
