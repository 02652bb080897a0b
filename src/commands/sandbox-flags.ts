import type { Command } from "commander";
import { choice } from "./config-flags.ts";

const EXAMPLES = `Examples:
  prewarm sandbox                              print the environment for clients, and stay
  prewarm sandbox --write .env                 for a run in this folder, in another terminal
  prewarm sandbox --time-scale 10 --faults faults.json
  curl -s $TELEGRAM_API_ROOT/sandbox/truth     what was really posted
`;

/** The flags of `prewarm sandbox` as commander has them. */
export type SandboxFlags = ReturnType<ReturnType<typeof addSandboxFlags>["opts"]>;

/** Declares the flags of `prewarm sandbox`. */
export function addSandboxFlags(command: Command) {
  return command
    .description("run the local stand-ins for R2 and the Bot API, and stay")
    .addHelpText("before", EXAMPLES)
    .addOption(
      choice("--profile <profile>", "limits and delays (documented)", ["instant", "documented", "realistic"]),
    )
    .option("--time-scale <n>", "how many times faster than real time it runs (1)")
    .option("--faults <file>", "a JSON file of faults to play, or none (none)")
    .option("--media <folder>", "what fills the bucket (the sample media that come with prewarm)")
    .option("--chats <n>", "warmup channels to make (2)")
    .option("--bots <n>", "bots to make, all in every channel (1)")
    .option("--r2-port <n>", "port of the R2 stand-in (28081 while neither is given, else a free one)")
    .option("--port <n>", "port of the Bot API stand-in (28082 while neither is given, else a free one)")
    .option("--api-local", "as a Bot API server in local mode: 2000 MB")
    .option("--seed <n>", "for ids, delays and faults (1)")
    .option("--write <file>", "write the environment for clients to this file too, such as .env");
}
