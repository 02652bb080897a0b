import { type Command, CommanderError } from "commander";
import { withoutHook } from "./commands/hook-words.ts";
import { type CommandPlace, thisProcess } from "./commands/place.ts";
import { programOf } from "./commands/program.ts";
import { printFinalError, redactFinally, withoutSecretsFinally } from "./final-error.ts";
import { isCodeOfSignal } from "./runs/signals.ts";

/** argv -> command -> exit code. Never throws; the only place that ends the process. */
export async function main(argv: readonly string[], version: string): Promise<void> {
  const place = thisProcess();
  // Node itself would print all that hangs on an error that nobody caught, such as the request that failed.
  process.on("uncaughtException", (error) =>
    process.exit(printFinalError(error, place.stderr, place.wording)),
  );
  const code = await answer(argv, version, place);
  await flushed(isCodeOfSignal(code) ? PATIENCE_MS : null);
  process.exit(code);
}

/**
 * The exit code of a command line, once all of it was said in this place. Never throws.
 * @internal
 */
export async function answer(argv: readonly string[], version: string, place: CommandPlace): Promise<number> {
  try {
    return await dispatch(argv, version, place);
  } catch (error) {
    return printFinalError(error, place.stderr, place.wording);
  }
}

async function dispatch(argv: readonly string[], version: string, place: CommandPlace): Promise<number> {
  let code = 0;
  const program = programOf({
    version,
    place,
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
  if (argv[0] === "complete") {
    const { ownCompletion } = await import("./commands/complete.ts");
    const own = ownCompletion(argv.slice(2), program);
    if (own !== null) {
      process.stdout.write(`${own}\n`);
      return 0;
    }
    (await import("@bomb.sh/tab/commander")).default(program);
  }
  try {
    await program.parseAsync(withoutHook(argv, program), { from: "user" });
  } catch (error) {
    const isUsage = error instanceof CommanderError;
    if (isUsage && error.exitCode === 0) return 0;
    if (wantsJson(argv, program)) await tellInJson(error, argv[0], place);
    if (!isUsage) throw error;
    return 2;
  }
  return code;
}

/** Whether `--json` was typed, and does not name a file; also behind a command that there is none of. */
function wantsJson(argv: readonly string[], program: Command): boolean {
  const command = program.commands.find((each) => each.name() === argv[0]);
  if (command?.options.some(({ long, required }) => long === "--json" && required)) return false;
  const end = argv.indexOf("--");
  return (end === -1 ? argv : argv.slice(0, end)).includes("--json");
}

/** Whoever reads JSON gets an error as JSON; and whoever waits for a last line the last one, also where no flag could be read. */
async function tellInJson(error: unknown, command: string | undefined, place: CommandPlace): Promise<void> {
  const { tellError } = await import("./commands/error-line.ts");
  tellError(error, place, withoutSecretsFinally);
  if (!(error instanceof CommanderError)) return;
  if (command === "probe") (await import("./commands/probe.ts")).probeNeverBegan(2, place);
  if (command === "verify") (await import("./commands/verify.ts")).verifyNeverBegan(2, place);
  if (command === "run") await (await import("./commands/run.ts")).neverBegan(2, place);
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
