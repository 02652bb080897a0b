import type { Command } from "commander";

const FLAG = "--on-end";

/**
 * Takes `--on-end -- PROGRAM ARG...` off a command line: what stands behind `--` is the program's, its flags too, which would else be read as
 * those of the command. Returns the other words.
 */
export function withoutHook(argv: readonly string[], program: Command): readonly string[] {
  const at = argv.findIndex((word, index) => word === FLAG && argv[index + 1] === "--");
  const hook = argv.slice(at + 2);
  const command = program.commands.find((each) => each.name() === argv[0]);
  if (at === -1 || hook.length === 0 || !command?.options.some(({ long }) => long === FLAG)) return argv;
  command.setOptionValue("onEnd", hook);
  return argv.slice(0, at);
}
