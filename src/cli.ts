import { CommanderError } from "commander";
import { wordingHere } from "./commands/place.ts";
import { programOf } from "./commands/program.ts";
import { printFinalError, redactFinally } from "./final-error.ts";
import { isCodeOfSignal } from "./runs/signals.ts";

/** argv -> command -> exit code. Never throws; the only place that ends the process. */
export async function main(argv: readonly string[], version: string): Promise<void> {
  let code: number;
  try {
    code = await dispatch(argv, version);
  } catch (error) {
    code = printFinalError(error, process.stderr, wordingHere());
  }
  await flushed(isCodeOfSignal(code) ? PATIENCE_MS : null);
  process.exit(code);
}

async function dispatch(argv: readonly string[], version: string): Promise<number> {
  let code = 0;
  const program = programOf({
    version,
    onRedactor: redactFinally,
    done: (exitCode) => {
      code = exitCode;
    },
  });
  if (argv.length === 0) {
    program.outputHelp();
    return 0;
  }
  // Asked by the script of `prewarm completion` at each press of the key.
  if (argv[0] === "complete") (await import("@bomb.sh/tab/commander")).default(program);
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    if (argv[0] === "probe" && argv.includes("--json")) {
      const { probeNeverBegan } = await import("./commands/probe.ts");
      probeNeverBegan(2);
    }
    if (argv.includes("--json")) await tellNeverBegan(argv[0]);
    return 2;
  }
  return code;
}

/** Whoever reads lines of JSON waits for the last one, also where no flag could be read. */
async function tellNeverBegan(command: string | undefined): Promise<void> {
  if (command === "verify") (await import("./commands/verify.ts")).verifyNeverBegan(2);
  if (command === "run") await (await import("./commands/run.ts")).neverBegan(2);
}

/** Whoever stopped us by a signal wants an end, also where nobody reads what was written. */
const PATIENCE_MS = 5_000;

/** stdout may be a slow pipe; process.exit would cut it off. */
async function flushed(patienceMs: number | null): Promise<void> {
  const written = [process.stdout, process.stderr].map(
    (stream) =>
      new Promise<void>((resolve) =>
        stream.writable && !stream.destroyed ? stream.write("", () => resolve()) : resolve(),
      ),
  );
  const patience = new Promise((resolve) => {
    if (patienceMs !== null) setTimeout(resolve, patienceMs);
  });
  await Promise.race([Promise.all(written), patience]);
}
