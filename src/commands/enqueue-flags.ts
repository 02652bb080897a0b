import type { Command } from "commander";
import { addConfigFlags, withFlags } from "./config-flags.ts";
import { addSourceFlags } from "./media-flags.ts";

const EXAMPLES = `Examples:
  prewarm enqueue                                  the work of the bucket, for the workers at this ledger
  prewarm enqueue --prefix covers/ --limit 1000    a part of it
  prewarm enqueue --manifest media.jsonl           what a file lists
  prewarm enqueue --only failed                    once more what did not work

Nothing is sent: it ends when all work is written, and may be stopped and run again. \`prewarm worker\` does the work.
Exit codes are those of \`prewarm run\`.
`;

/** The flags of `prewarm enqueue` as commander has them. */
export type EnqueueFlags = ReturnType<ReturnType<typeof addEnqueueFlags>["opts"]>;

/** Declares the flags of `prewarm enqueue`. */
export function addEnqueueFlags(command: Command) {
  const described = command
    .description("write the work of a bucket or a manifest into a ledger in PostgreSQL, for workers")
    .addHelpText("before", EXAMPLES)
    .optionsGroup("What:");
  const manifest = "entries from a file, - for stdin, instead of the bucket's listing";
  const what = withFlags(described, (bare) => addSourceFlags(bare, manifest))
    .option("--only <states>", "only what the ledger has as failed, unknown or weak (comma-separated)")
    .option("--limit <n>", "write at most this many, then stop")
    .option("--allow-empty", "exit 0 when a prefix, pattern or kind matches no key (otherwise 2)");
  return withFlags(what, addConfigFlags)
    .optionsGroup("Output:")
    .option("--json", "what was written as one line of JSON on stdout")
    .option("-q, --quiet", "only problems");
}
