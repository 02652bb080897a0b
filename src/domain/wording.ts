import type { Shell } from "./shell.ts";
import { inShell } from "./shell-phrases.ts";

/** Turns a sentence of ours into one for the user in front of it. */
export type Wording = (text: string) => string;

/**
 * A command as our sentences name it. Not what another process is called (who holds a ledger), nor the heading of a line
 * (`prewarm run: 2 lanes`), nor what was worded already.
 */
const COMMAND =
  /(?<=^|[\s`'"(:|])(?<!held by `|npx |exec |yarn |bunx )prewarm(?= (?:run|worker|check-env|status|bench|sandbox|probe|failures|lookup|export|import|verify|report|init|enqueue|migrate|resolve|--[a-z]+)\b(?!:|` writes))/gm;

/** Right behind a command that reads a configuration. */
const CONFIGURED =
  /(?<=(?<=^|[\s`'"(:|])(?<!held by `)prewarm (?:run|worker|check-env|status|probe|failures|lookup|export|import|verify|report|enqueue|migrate))(?=[\s`'"),.;]|$)(?! --(?:sandbox|env-file|config)\b|`? writes)/gm;

/**
 * A wording for one user: our sentences name commands as `prewarm run` and give hints in sh; here they become what the user
 * typed (`npx prewarm run`) and what the shell understands, with `files`, the flags by which the user named the files of the
 * configuration. To be applied where a text leaves the process for the eyes of
 * people, before it is broken into lines. A text that was worded already stays as it is.
 */
export function wordingFor(user: {
  readonly shell: Shell;
  readonly command: string;
  readonly files?: string;
}): Wording {
  const { shell, command, files = "" } = user;
  const withFiles = (text: string) => (files === "" ? text : text.replace(CONFIGURED, () => ` ${files}`));
  return (text) => withFiles(inShell(text, shell)).replace(COMMAND, () => command);
}

/** Sentences as they are written: for sh, and a `prewarm` that is on PATH. */
export const asWritten: Wording = (text) => text;
