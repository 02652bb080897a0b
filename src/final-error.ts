import type { Writable } from "node:stream";
import { ConfigError, exitCodeOfError } from "./config/error.ts";
import { errorCode } from "./domain/error-code.ts";
import { asWritten, type Wording } from "./domain/wording.ts";
import { oneLine } from "./reporters/format.ts";

const TOO_MANY_FILES: ReadonlySet<string> = new Set(["EMFILE", "ENFILE"]);
/** Node.js opens the modules of a program side by side, so this is met at the start. `bin/prewarm.js` says the same. */
const TOO_FEW_FILES =
  "this process may open too few files at a time (EMFILE); allow more of them (`ulimit -n 4096`), then run again";

let clean = (text: string) => text;

/** Sets what takes the secrets of this run out of a final error. */
export function redactFinally(redact: (text: string) => string): void {
  clean = redact;
}

/** A text without the secrets of this run. */
export function withoutSecretsFinally(text: string): string {
  return clean(text);
}

/** Prints what ended the process, one line a problem, and answers the exit code that belongs to it. */
export function printFinalError(
  error: unknown,
  stderr: Pick<Writable, "write"> = process.stderr,
  wording: Wording = asWritten,
): number {
  const say = (text: string) => {
    const lines = wording(clean(text)).split("\n");
    stderr.write(`${lines.map(oneLine).join("\n")}\n`);
  };
  if (error instanceof ConfigError) {
    const { problems } = error;
    const head = problems.length === 1 ? "" : `prewarm: ${problems.length} things to fix\n`;
    const lines = problems.map((problem) =>
      problems.length === 1 ? `prewarm: ${problem}` : `  - ${problem}`,
    );
    say(`${head}${[...lines, ...(error.hint ? [error.hint] : [])].join("\n")}`);
    return 2;
  }
  if (error instanceof Error && "exitCode" in error) {
    say(`prewarm: ${error.message}`);
    return exitCodeOfError(error);
  }
  if (TOO_MANY_FILES.has(errorCode(error) ?? "")) {
    say(`prewarm: ${TOO_FEW_FILES}`);
    return 1;
  }
  say(
    `prewarm: unexpected error, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return 1;
}
