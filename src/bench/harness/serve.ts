import type { Handlers } from "./child.ts";

interface Question {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

/** Milliseconds after which the process leaves whatever is still to be put away. */
const PUT_AWAY_MS = 1_000;

/**
 * Answers what the process that forked this one asks. Leaves when that is gone (the pipe closes even after `kill -9`), and
 * leaves signals of the terminal to it: Ctrl-C shall not take the servers away under calls that are to be finished.
 * `end` puts things away first.
 */
export function serve(handlers: Handlers, end: () => Promise<void> = async () => {}): void {
  process.once("disconnect", () => {
    setTimeout(() => process.exit(1), PUT_AWAY_MS).unref();
    end().finally(() => process.exit(0));
  });
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => {});
  process.on("message", ({ id, name, input }: Question) => {
    const handle = handlers[name] as ((input: unknown) => unknown) | undefined;
    Promise.resolve()
      .then(() => {
        if (!handle) throw new Error(`there is no ${name}`);
        return handle(input);
      })
      .then(
        (value) => process.send?.({ id, value }),
        (error: unknown) =>
          process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
      );
  });
}
