import { Command } from "commander";
import { oneLine } from "../reporters/format.ts";
import { addBenchFlags, addCompareFlags } from "./bench-flags.ts";
import { addCheckEnvFlags } from "./check-env-flags.ts";
import { addCompletionFlags } from "./completion-flags.ts";
import { addEnqueueFlags } from "./enqueue-flags.ts";
import { addExportFlags } from "./export-flags.ts";
import { addFailuresFlags } from "./failures-flags.ts";
import { addHelpFlags } from "./help-flags.ts";
import { addImportFlags } from "./import-flags.ts";
import { addInitFlags } from "./init-flags.ts";
import { addLookupFlags } from "./lookup-flags.ts";
import { addMigrateFlags } from "./migrate-flags.ts";
import { type CommandPlace, thisProcess, wordingHere } from "./place.ts";
import { addProbeFlags } from "./probe-flags.ts";
import { addReportFlags } from "./report-flags.ts";
import { addRunFlags } from "./run-flags.ts";
import { addSandboxFlags } from "./sandbox-flags.ts";
import { addStatusFlags } from "./status-flags.ts";
import { addVerifyFlags } from "./verify-flags.ts";
import { addWorkerFlags } from "./worker-flags.ts";

/** What commands are given besides their flags. */
export interface ProgramOptions {
  /** Of prewarm. */
  readonly version: string;
  /** Called with the exit code of the command that was run. */
  readonly done: (exitCode: number) => void;
  /** Hears what takes secrets out of a text, once a configuration was read. */
  readonly onRedactor: (redact: (text: string) => string) => void;
  /** Where they run, and where they write; this process where none is given. */
  readonly place?: CommandPlace;
}

/** All commands with their flags; each is loaded when it is run. */
export function programOf(options: ProgramOptions): Command {
  const { version, done, onRedactor, place = thisProcess() } = options;
  // Examples stay as they are, whatever was typed before --help.
  const wording = wordingHere(process.argv.slice(0, 2));
  const program = new Command("prewarm")
    .description(
      "Sends each object of an R2 bucket once to a private warmup chat and keeps its Telegram file_id.",
    )
    .version(version)
    .addHelpText("before", EXAMPLES)
    .showHelpAfterError("(`prewarm --help` lists commands and examples)")
    .configureOutput({
      writeOut: (text) => place.stdout.write(wording(text)),
      // It says words of the command line again, which a script may have from elsewhere.
      writeErr: (text) => place.stderr.write(wording(text).split("\n").map(oneLine).join("\n")),
    })
    .exitOverride();
  addInitFlags(program.command("init")).action(async (flags) => {
    const { init } = await import("./init.ts");
    done(await init(flags, { ...place, stdin: process.stdin }));
  });
  addRunFlags(program.command("run")).action(async (flags) => {
    const { run } = await import("./run.ts");
    done(await run(flags, { onRedactor, place }));
  });
  addWorkerFlags(program.command("worker")).action(async (flags) => {
    const { worker } = await import("./worker.ts");
    done(await worker(flags, { onRedactor, version, place }));
  });
  addCheckEnvFlags(program.command("check-env")).action(async (flags) => {
    const { checkEnv } = await import("./check-env.ts");
    done(await checkEnv(flags, place));
  });
  addProbeFlags(program.command("probe")).action(async (flags) => {
    const { probe } = await import("./probe.ts");
    done(await probe(flags, { onRedactor, version, place }));
  });
  addStatusFlags(program.command("status")).action(async (flags) => {
    const { status } = await import("./status.ts");
    done(await status(flags, place));
  });
  const bench = addBenchFlags(program.command("bench")).action(async (names, flags) => {
    const command = await import("./bench.ts");
    done(await command.bench(names, flags, { onRedactor, version }));
  });
  addCompareFlags(bench.command("compare")).action(async (a, b, flags) => {
    const { benchCompare } = await import("./bench.ts");
    done(await benchCompare(a, b, flags));
  });
  addSandboxFlags(program.command("sandbox")).action(async (flags) => {
    const { sandbox } = await import("./sandbox.ts");
    done(await sandbox(flags));
  });
  addLedgerCommands(program, { ...options, place });
  addCompletionFlags(program.command("completion")).action(async (shell) => {
    const { completion } = await import("./completion.ts");
    done(completion(shell));
  });
  addHelpFlags(program.helpCommand(false).command("help")).action(async (topic, flags) => {
    const { help } = await import("./help.ts");
    done(await help(topic, flags, program));
  });
  for (const command of [...program.commands, ...bench.commands]) command.exitOverride();
  return program;
}

function addLedgerCommands(program: Command, { done, onRedactor, place }: Required<ProgramOptions>): void {
  addEnqueueFlags(program.command("enqueue")).action(async (flags) => {
    const { enqueue } = await import("./enqueue.ts");
    done(await enqueue(flags, { onRedactor, place }));
  });
  addLookupFlags(program.command("lookup")).action(async (key, flags) => {
    const { lookup } = await import("./lookup.ts");
    done(await lookup(key, flags, place));
  });
  addExportFlags(program.command("export")).action(async (flags) => {
    const { exportLedger } = await import("./export.ts");
    done(await exportLedger(flags, place));
  });
  addImportFlags(program.command("import")).action(async (file, flags) => {
    const { importLedger } = await import("./import.ts");
    done(await importLedger(file, flags, place));
  });
  addMigrateFlags(program.command("migrate")).action(async (flags) => {
    const { migrate } = await import("./migrate.ts");
    done(await migrate(flags, place));
  });
  addVerifyFlags(program.command("verify")).action(async (flags) => {
    const { verify } = await import("./verify.ts");
    done(await verify(flags, { onRedactor, place }));
  });
  addReportFlags(program.command("report")).action(async (file, flags) => {
    const { report } = await import("./report.ts");
    done(await report(file, flags, place));
  });
  addFailuresFlags(program.command("failures")).action(async (flags) => {
    const { failures } = await import("./failures.ts");
    done(await failures(flags, place));
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
  prewarm report last.html              a page about the last run
  prewarm verify                        is what the ledger says still true
  prewarm lookup covers/a.jpg           the file_ids of a key
  prewarm export > ids.jsonl            all file_ids; \`prewarm import\` takes them into a ledger
  prewarm bench                         how fast is it here
  prewarm run --manifest new.jsonl      warm what a file lists
  prewarm run --only failed,unknown     warm again what did not work
`;
