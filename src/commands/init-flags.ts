import type { Command } from "commander";

const EXAMPLES = `Examples:
  prewarm init                           asks for what is missing, tries each answer, writes .env
  prewarm init --sandbox                 rehearse it against stand-ins; nothing is written
  prewarm init --yes                     asks nothing: takes the values from the environment, tries them, writes .env

Exit codes: 0 written, or all there already; 1 written, and something does not work; 2 usage, 130 stopped: nothing written
`;

/** The flags of `prewarm init` as commander has them. */
export type InitFlags = ReturnType<ReturnType<typeof addInitFlags>["opts"]>;

/** Declares the flags of `prewarm init`. */
export function addInitFlags(command: Command) {
  return command
    .description("set up R2, the bot and its channels, one question at a time, and write .env")
    .addHelpText("before", EXAMPLES)
    .option("--sandbox", "rehearse against local stand-ins; nothing is written")
    .option("--yes", "ask nothing: values come from the environment")
    .option("--no-color", "no colours (NO_COLOR)");
}
