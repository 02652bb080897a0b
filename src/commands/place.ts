import type { Writable } from "node:stream";
import { shellOf, typedCommand } from "../domain/shell.ts";
import { type Wording, wordingFor } from "../domain/wording.ts";
import { colourFor } from "../reporters/colour.ts";
import type { Outlets } from "../reporters/run/pick.ts";
import type { Surroundings } from "../runs/stage.ts";
import { quoted } from "./again.ts";

/** Where a command runs: what it is set by, and where it writes. */
export interface CommandPlace extends Surroundings {
  readonly folder: string;
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

/** For whoever started this process: their shell, the command as they typed it, and the files of the configuration that they named. */
export function wordingHere(argv: readonly string[] = process.argv): Wording {
  const { platform, env } = process;
  const invocation = { platform, env, script: argv[1] ?? "", folder: process.cwd() };
  const files = fileFlags(argv).join(" ");
  return wordingFor({ shell: shellOf(invocation), command: typedCommand(invocation), files });
}

/** `--env-file FILE` and `--config FILE` as they were typed, quoted; what stands behind `--` is for another program. */
function fileFlags(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  const own = end === -1 ? argv : argv.slice(0, end);
  return own.flatMap((word, at) => {
    const [, flag, given] = /^(--env-file|--config)(?:=(.*))?$/s.exec(word) ?? [];
    const value = given ?? own[at + 1];
    return flag === undefined || value === undefined ? [] : [`${flag} ${quoted(value)}`];
  });
}

/** How this place's stdout is drawn on: its colours, whether it is a screen at all, and its width in columns. */
export function canvasOf({ env, stdout }: CommandPlace, { color }: { readonly color?: boolean }) {
  const screen = stdout as CommandPlace["stdout"] & { readonly isTTY?: boolean; readonly columns?: number };
  return {
    colour: colourFor({ stream: screen, env, noColor: color === false }),
    plain: !screen.isTTY || env.TERM === "dumb",
    width: screen.columns || 100,
  };
}
