import tab from "@bomb.sh/tab";
import type { SHELLS } from "./completion-flags.ts";

const PROGRAM = "prewarm";

/** `prewarm completion`: prints the script of a shell, which asks `prewarm complete` for what fits; returns the exit code. */
export function completion(shell: (typeof SHELLS)[number]): number {
  const script = scriptOf(shell);
  process.stdout.write(shell === "bash" ? forBash(script) : script);
  return 0;
}

/** The library writes its script by console.log. */
function scriptOf(shell: (typeof SHELLS)[number]): string {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line: unknown) => lines.push(String(line));
  try {
    tab.setup(PROGRAM, PROGRAM, shell);
  } finally {
    console.log = log;
  }
  return `${lines.join("\n")}\n`;
}

/** Files complete where nothing else is said, and a `.bashrc` may be sourced twice. */
function forBash(script: string): string {
  return script
    .replaceAll(/^readonly (?=ShellComp)/gm, "")
    .replace("complete -F ", "complete -o default -F ");
}
