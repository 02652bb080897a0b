/** What a child process can be asked for. Inputs and results cross a pipe, so they are plain data. */
export type Handlers = Readonly<Record<string, (input: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

/** What comes back for a question: a value, or the message of the error. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Milliseconds for putting things away; then the process ends in any case. */
const PUT_AWAY_MS = 1_000;

/**
 * Does what the process that forked this one asks for. Ends when that process is gone (the pipe closes even after
 * `kill -9`), after `end` has put things away. Ignores signals of the terminal: Ctrl-C must not take the servers away
 * from calls that are still to be finished.
 */
export function serve(handlers: Handlers, end: () => Promise<void>): void {
  process.once("disconnect", () => {
    setTimeout(() => process.exit(1), PUT_AWAY_MS).unref();
    end().finally(() => process.exit(0));
  });
  for (const name of ["SIGHUP", "SIGINT", "SIGTERM", "SIGBREAK"] as const) process.on(name, () => {});
  process.on("message", async ({ id, name, input }: Question) => {
    const answer = await answerTo(handlers[name] as ((input: unknown) => unknown) | undefined, input, name);
    process.send?.({ id, ...answer });
  });
}

async function answerTo(
  handle: ((input: unknown) => unknown) | undefined,
  input: unknown,
  name: string,
): Promise<Omit<Answer, "id">> {
  try {
    if (!handle) throw new Error(`there is no ${name}`);
    return { value: await handle(input) };
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}
