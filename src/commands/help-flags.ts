import type { Command } from "commander";

const EXAMPLES = `Examples:
  prewarm help run               flags of a command
  prewarm help troubleshooting   a page of the documentation
  prewarm help --json            commands, flags, environment, exit codes and reasons, for scripts
`;

/** The flags of `prewarm help` as commander has them. */
export type HelpFlags = ReturnType<ReturnType<typeof addHelpFlags>["opts"]>;

/** Declares the flags of `prewarm help`. */
export function addHelpFlags(command: Command) {
  return command
    .description("flags of a command, or a page of the documentation")
    .addHelpText("before", EXAMPLES)
    .argument("[topic]", "a command, or the name of a page")
    .option("--json", "everything that scripts may want to know of prewarm, as one JSON document");
}
