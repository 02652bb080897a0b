import { Command, CommanderError } from "commander";
import { addBenchFlags, addCompareFlags } from "./commands/bench-flags.ts";
import { addCheckEnvFlags } from "./commands/check-env-flags.ts";
import { addEnqueueFlags } from "./commands/enqueue-flags.ts";
import { addExportFlags } from "./commands/export-flags.ts";
import { addFailuresFlags } from "./commands/failures-flags.ts";
import { addImportFlags } from "./commands/import-flags.ts";
import { addInitFlags } from "./commands/init-flags.ts";
import { addLookupFlags } from "./commands/lookup-flags.ts";
import { addMigrateFlags } from "./commands/migrate-flags.ts";
import { wordingHere } from "./commands/place.ts";
import { addProbeFlags } from "./commands/probe-flags.ts";
import { addRunFlags } from "./commands/run-flags.ts";
import { addSandboxFlags } from "./commands/sandbox-flags.ts";
import { addStatusFlags } from "./commands/status-flags.ts";
import { addVerifyFlags } from "./commands/verify-flags.ts";
import { addWorkerFlags } from "./commands/worker-flags.ts";
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
  const program = programOf(version, (exitCode) => {
    code = exitCode;
  });
  if (argv.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    if (argv[0] === "probe" && argv.includes("--json")) {
      const { probeNeverBegan } = await import("./commands/probe.ts");
      probeNeverBegan(2);
    }
    if (argv[0] === "verify" && argv.includes("--json")) {
      const { verifyNeverBegan } = await import("./commands/verify.ts");
      verifyNeverBegan(2);
    }
    if (argv[0] === "run" && argv.includes("--json")) {
      const { neverBegan } = await import("./commands/run.ts");
      await neverBegan(2);
    }
    return 2;
  }
  return code;
}

function programOf(version: string, done: (exitCode: number) => void): Command {
  const wording = wordingHere();
  const program = new Command("prewarm")
    .description(
      "Sends each object of an R2 bucket once to a private warmup chat and keeps its Telegram file_id.",
    )
    .version(version)
    .addHelpText("before", EXAMPLES)
    .showHelpAfterError("(`prewarm --help` lists commands and examples)")
    .configureOutput({
      writeOut: (text) => process.stdout.write(wording(text)),
      writeErr: (text) => process.stderr.write(wording(text)),
    })
    .exitOverride();
  addInitFlags(program.command("init")).action(async (flags) => {
    const { init } = await import("./commands/init.ts");
    done(await init(flags));
  });
  addRunFlags(program.command("run")).action(async (flags) => {
    const { run } = await import("./commands/run.ts");
    done(await run(flags, { onRedactor: redactFinally }));
  });
  addWorkerFlags(program.command("worker")).action(async (flags) => {
    const { worker } = await import("./commands/worker.ts");
    done(await worker(flags, { onRedactor: redactFinally, version }));
  });
  addCheckEnvFlags(program.command("check-env")).action(async (flags) => {
    const { checkEnv } = await import("./commands/check-env.ts");
    done(await checkEnv(flags));
  });
  addProbeFlags(program.command("probe")).action(async (flags) => {
    const { probe } = await import("./commands/probe.ts");
    done(await probe(flags, { onRedactor: redactFinally, version }));
  });
  addStatusFlags(program.command("status")).action(async (flags) => {
    const { status } = await import("./commands/status.ts");
    done(await status(flags));
  });
  const bench = addBenchFlags(program.command("bench")).action(async (names, flags) => {
    const command = await import("./commands/bench.ts");
    done(await command.bench(names, flags, { onRedactor: redactFinally, version }));
  });
  addCompareFlags(bench.command("compare")).action(async (a, b, flags) => {
    const { benchCompare } = await import("./commands/bench.ts");
    done(await benchCompare(a, b, flags));
  });
  addSandboxFlags(program.command("sandbox")).action(async (flags) => {
    const { sandbox } = await import("./commands/sandbox.ts");
    done(await sandbox(flags));
  });
  addLedgerCommands(program, done);
  for (const command of [...program.commands, ...bench.commands]) command.exitOverride();
  return program;
}

function addLedgerCommands(program: Command, done: (exitCode: number) => void): void {
  addEnqueueFlags(program.command("enqueue")).action(async (flags) => {
    const { enqueue } = await import("./commands/enqueue.ts");
    done(await enqueue(flags, { onRedactor: redactFinally }));
  });
  addLookupFlags(program.command("lookup")).action(async (key, flags) => {
    const { lookup } = await import("./commands/lookup.ts");
    done(await lookup(key, flags));
  });
  addExportFlags(program.command("export")).action(async (flags) => {
    const { exportLedger } = await import("./commands/export.ts");
    done(await exportLedger(flags));
  });
  addImportFlags(program.command("import")).action(async (file, flags) => {
    const { importLedger } = await import("./commands/import.ts");
    done(await importLedger(file, flags));
  });
  addMigrateFlags(program.command("migrate")).action(async (flags) => {
    const { migrate } = await import("./commands/migrate.ts");
    done(await migrate(flags));
  });
  addVerifyFlags(program.command("verify")).action(async (flags) => {
    const { verify } = await import("./commands/verify.ts");
    done(await verify(flags, { onRedactor: redactFinally }));
  });
  addFailuresFlags(program.command("failures")).action(async (flags) => {
    const { failures } = await import("./commands/failures.ts");
    done(await failures(flags));
  });
}

const EXAMPLES = `Examples:
  prewarm run --sandbox                 try it: no account, no network, no configuration
  prewarm init                          set it up: one question at a time, each answer tried at once
  prewarm run --dry-run                 what would be sent, and how long it would take
  prewarm run --concurrency 5           warm the bucket of your environment
  prewarm worker                        keep it warm, with a status page
  prewarm enqueue                       write the bucket's work down for workers on many machines
  prewarm check-env                     why does it not work, and what to do
  prewarm probe --yes                   what only Telegram can tell: may several media go in one message
  prewarm status                        what the ledger holds, also while something runs
  prewarm failures                      what failed or is unknown, why, and what to do
  prewarm verify                        is what the ledger says still true
  prewarm lookup covers/a.jpg           the file_ids of a key
  prewarm export > ids.jsonl            all file_ids; \`prewarm import\` takes them into a ledger
  prewarm bench                         how fast is it here
  prewarm run --manifest new.jsonl      warm what a file lists
  prewarm run --only failed,unknown     warm again what did not work
`;

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
