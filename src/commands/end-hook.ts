import { spawn } from "node:child_process";

/** Real milliseconds that a program may take; a run does not hang on it. */
const PATIENCE_MS = 60_000;

/**
 * Runs a program with these arguments, no shell between, and gives it `input` on stdin; what it writes goes to stderr. Resolves to null,
 * or to why it did not end well, for people.
 */
export function runHook(
  command: readonly string[],
  input: string,
  patienceMs = PATIENCE_MS,
): Promise<string | null> {
  const [program = "", ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["pipe", 2, 2], shell: false, timeout: patienceMs });
    // A program may end without reading what it is given.
    child.stdin?.on("error", () => {});
    child.on("error", ({ message }) => resolve(message));
    child.on("close", (code, signal) => {
      const late = signal === null ? null : `it was ended by ${signal}`;
      resolve(late ?? (code === 0 ? null : `it ended with ${code}`));
    });
    child.stdin?.end(input);
  });
}
