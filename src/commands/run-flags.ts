import type { Command } from "commander";
import { addConfigFlags, choice, withFlags } from "./config-flags.ts";
import { addSendingFlags, addSourceFlags } from "./media-flags.ts";

const PROGRESS_MODES = ["auto", "live", "plain", "none"] as const;

const EXAMPLES = `Examples:
  prewarm run --sandbox                        try it on local stand-ins, needs nothing
  prewarm run --dry-run                        plan and forecast, sends nothing
  prewarm run --prefix covers/ --limit 100     the first hundred of a folder
  prewarm run --include '*.mp4' --order recent
  prewarm run --manifest media.jsonl --json | jq 'select(.status == "failed")'
  some-query | prewarm run --manifest - --manifest-format csv
  prewarm run --only failed,unknown
  prewarm run --quiet --on-end -- curl -sd @- https://example.com/hook
  prewarm run --bot second --adopt-from main   a second bot gets its own ids by the messages of the first
`;

/** The flags of `prewarm run` as commander has them. */
export type RunFlags = ReturnType<ReturnType<typeof addRunFlags>["opts"]>;

/** Declares the flags of `prewarm run`. */
export function addRunFlags(command: Command) {
  const described = command
    .description("warm every object of a bucket or a manifest once, then stop")
    .addHelpText("before", EXAMPLES);
  const choosing = withFlags(addWhatFlags(described), addHowFlags);
  return withFlags(withFlags(choosing, addConfigFlags), addOutputFlags);
}

function addWhatFlags(command: Command) {
  const withSandbox = command
    .optionsGroup("What:")
    .option(
      "--sandbox",
      "run against local stand-ins filled with sample media, ten times faster than real time",
    );
  const manifest = "entries from a file, - for stdin, instead of the bucket's listing";
  return withFlags(withSandbox, (bare) => addSourceFlags(bare, manifest))
    .option("--only <states>", "only what the ledger has as failed, unknown or weak (comma-separated)")
    .option("--force", "warm ready objects again too; old ids serve until new ones are confirmed")
    .option("--limit <n>", "warm at most this many, then stop")
    .option("--allow-empty", "exit 0 when a prefix, pattern or kind matches no key (otherwise 2)");
}

function addHowFlags(command: Command) {
  return addSendingFlags(command.optionsGroup("How:"))
    .option(
      "--adopt-from <slug>",
      "get ids by the messages of this bot in chats that both are in, without a byte; warm only what is not there",
    )
    .option("--max-duration <time>", "stop after this time, such as 90s or 2h; exit 5")
    .option(
      "--max-failures <n>",
      "stop after more failures than this, a number or a share such as 5%; exit 5",
    )
    .option("--failed-to <file>", "write what failed or is unknown as a manifest")
    .option("--report <file>", "write a page about the run, such as run.html")
    .option(
      "--on-end <command...>",
      "a program, with its arguments, that gets the summary as JSON on stdin when the run has ended; last, behind --, where it has flags",
    )
    .option("--no-preflight", "do not check bots and chats before listing")
    .option("-n, --dry-run", "plan only: nothing is sent, nothing is written");
}

/** How a run or a check shows itself. */
export function addOutputFlags(command: Command) {
  return command
    .optionsGroup("Output:")
    .option("--json", "NDJSON on stdout: one line per item, the summary last")
    .option("-q, --quiet", "no progress, no tables; only what goes wrong")
    .option("--no-color", "no colours (NO_COLOR)")
    .addOption(
      choice(
        "--progress <mode>",
        "auto: live view on a terminal, a line every 5 s elsewhere and in CI (auto)",
        PROGRESS_MODES,
      ),
    );
}
