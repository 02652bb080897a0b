import { Writable } from "node:stream";
import { Command, CommanderError } from "@commander-js/extra-typings";
import { tellError } from "../../src/commands/error-line.ts";
import type { CommandPlace } from "../../src/commands/place.ts";
import { neverBegan, run } from "../../src/commands/run.ts";
import { addRunFlags } from "../../src/commands/run-flags.ts";
import { printFinalError, redactFinally } from "../../src/final-error.ts";

export interface RanHere {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let isTaken = false;

/**
 * `prewarm run <args>` in this process, with the folder, the environment and the streams that a process of its own would have:
 * a tenth of what starting one costs. One at a time, since a process has one working folder.
 */
export async function runHere(
  args: readonly string[],
  { env, cwd }: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<RanHere> {
  if (isTaken) throw new Error("two runs in one process: start a process for one of them");
  isTaken = true;
  const before = process.cwd();
  const said = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof said) =>
    new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        said[name] += text;
        done();
      },
    });
  const place = {
    env: { HOME: cwd, ...env },
    folder: cwd,
    stdout: stream("stdout"),
    stderr: stream("stderr"),
  };
  process.chdir(cwd);
  try {
    const code = await ended(args, place);
    return { code, ...said };
  } finally {
    process.chdir(before);
    redactFinally(String);
    isTaken = false;
  }
}

async function ended(args: readonly string[], place: CommandPlace): Promise<number> {
  let code = Number.NaN;
  const command = addRunFlags(new Command("run"))
    .exitOverride()
    .configureOutput({
      writeErr: (text) => place.stderr.write(text),
      writeOut: (text) => place.stdout.write(text),
    })
    .action(async (flags) => {
      code = await run(flags, { onRedactor: redactFinally, place });
    });
  try {
    await command.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return printFinalError(error, place.stderr);
    if (args.includes("--json")) {
      tellError(error, place);
      await neverBegan(2, place);
    }
    return 2;
  }
}
