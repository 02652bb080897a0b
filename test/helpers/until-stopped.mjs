/** Exit codes by the signals that people and machines end a program with. */
const CODES = { SIGINT: 130, SIGTERM: 143 };

/**
 * Runs a program, which is told by a signal of its own to come to an end where somebody sends one to this process, and ends this
 * process with what it returns, or by the code of that signal.
 *
 * @param {(stop: AbortSignal) => Promise<number>} program
 */
export async function untilStopped(program) {
  const stop = new AbortController();
  let code = null;
  for (const [signal, its] of Object.entries(CODES))
    process.on(signal, () => {
      code = its;
      stop.abort();
    });
  const ended = await program(stop.signal);
  process.exit(code ?? ended);
}
