import type { Writable } from "node:stream";
import { shellOf, typedCommand } from "../domain/shell.ts";
import { type Wording, wordingFor } from "../domain/wording.ts";
import type { Outlets } from "../reporters/run/pick.ts";
import type { Surroundings } from "../runs/stage.ts";

/** Where a command runs: what it is set by, and where it writes. */
export interface CommandPlace extends Surroundings {
  readonly stdout: Writable;
  readonly stderr: Outlets["stderr"] & { readonly isTTY?: boolean };
  /** Makes our sentences those of the user in front of it; as they are written without it. */
  readonly wording?: Wording | undefined;
}

/** The place that this process is in. */
export function thisProcess(): CommandPlace {
  const { env, stdout, stderr } = process;
  return { env, folder: process.cwd(), stdout, stderr, wording: wordingHere() };
}

/** For whoever started this process: their shell, and the command as they typed it. */
export function wordingHere(): Wording {
  const { platform, env, argv } = process;
  const invocation = { platform, env, script: argv[1] ?? "", folder: process.cwd() };
  return wordingFor({ shell: shellOf(invocation), command: typedCommand(invocation) });
}
