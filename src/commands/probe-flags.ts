import type { Command } from "commander";
import { addConfigFlags, collect, withFlags } from "./config-flags.ts";

const EXAMPLES = `Examples:
  prewarm probe --list                         what is found out, what it sends, and why
  prewarm probe --yes                          find it out, in a warmup chat of each type
  prewarm probe --yes --only packs,ids,quota   what \`prewarm run\` needs to send several media in one message
  prewarm probe --yes --again                  once more, though it is known
  prewarm probe --yes --report probe.json      and write it down without secrets, to be sent to the project
  prewarm probe --yes --conform --report facts.json   is what docs/facts.md says true of your bot, chat and bucket

It posts small media silently, obeys every wait, and deletes what it posted; what was found stands in the ledger for 30 days.
Exit codes: 0 every experiment came to a result; 2 usage, no --yes, or the ledger is held; 3 some came to none; 4 credentials or rights;
  5 --max-messages used up: the next probe goes on
`;

/** The flags of `prewarm probe` as commander has them. */
export type ProbeFlags = ReturnType<ReturnType<typeof addProbeFlags>["opts"]>;

/** Declares the flags of `prewarm probe`. */
export function addProbeFlags(command: Command) {
  const own = command
    .description(
      "find out by your own bot what only Telegram can tell: packs, edits, the true limit of a chat",
    )
    .addHelpText("before", EXAMPLES)
    .optionsGroup("What:")
    .option("--yes", "really send; without it is only said what would be sent, and the exit code is 2")
    .option("--list", "list the experiments, without any configuration")
    .option("--only <ids>", "some of them; repeatable, or with commas", collect)
    .option("--again", "also what is known, and look once more at an id that came without a message")
    .option(
      "--conform",
      "play the harmless rules of docs/facts.md instead, in one chat: is it so on your bot",
    )
    .option("--max-messages <n>", "post no more messages than this (150)")
    .option("--report <file>", "write what was found as JSON, without secrets, ids of chats or of files")
    .optionsGroup("Output:")
    .option("--json", "NDJSON on stdout: one line per experiment, the summary last")
    .option("-q, --quiet", "only what goes wrong")
    .option("--no-color", "no colours (NO_COLOR)");
  return withFlags(own, addConfigFlags);
}
