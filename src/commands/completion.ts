import tab from "@bomb.sh/tab";
import type { SHELLS } from "./completion-flags.ts";

const PROGRAM = "prewarm";

/** `prewarm completion`: prints the script of a shell, which asks `prewarm complete` for what fits; returns the exit code. */
export function completion(shell: (typeof SHELLS)[number]): number {
  tab.setup(PROGRAM, PROGRAM, shell);
  return 0;
}
