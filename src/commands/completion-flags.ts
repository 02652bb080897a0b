import { Argument, type Command } from "commander";

/** Shells that completion can be had for. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

const EXAMPLES = `Examples:
  source <(prewarm completion bash)                       for this shell; with it in ~/.bashrc for all
  source <(prewarm completion zsh)                        the same in ~/.zshrc, behind compinit
  prewarm completion fish > ~/.config/fish/completions/prewarm.fish
  prewarm completion powershell | Out-String | Invoke-Expression      in $PROFILE
`;

/** Declares the argument of `prewarm completion`. */
export function addCompletionFlags(command: Command) {
  return command
    .description("a script that has your shell complete commands and flags of prewarm")
    .addHelpText("before", EXAMPLES)
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS));
}
