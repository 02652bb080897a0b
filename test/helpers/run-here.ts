import { Writable } from "node:stream";
import { answer } from "../../src/cli.ts";
import { redactFinally } from "../../src/final-error.ts";

export interface RanHere {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const VERSION = "0.0.0";

let isTaken = false;

/** Commands that say all that they have to say on stdout and stderr, and need neither stdin, signals nor a terminal. */
const RUN_HERE = new Set([
  ...["run", "check-env", "status", "verify", "probe", "enqueue", "migrate"],
  ...["lookup", "export", "import", "failures", "report"],
]);

/** Whether {@link runHere} takes this command now; else it needs a process of its own. */
export function canRunHere([command = ""]: readonly string[]): boolean {
  return !isTaken && RUN_HERE.has(command);
}

/**
 * `prewarm <args>` in this process, with the folder, the environment and the streams that a process of its own would have: a
 * tenth of what starting one costs. One at a time, since a process has one working folder.
 */
export async function runHere(
  args: readonly string[],
  { env, cwd }: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<RanHere> {
  if (isTaken) throw new Error("two commands in one process: start a process for one of them");
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
  process.chdir(cwd);
  try {
    const place = {
      env: { HOME: cwd, ...env },
      folder: cwd,
      stdout: stream("stdout"),
      stderr: stream("stderr"),
    };
    if (!args.some((arg) => ["-q", "--quiet", "-h", "--help"].includes(arg)))
      place.stderr.write(`prewarm ${VERSION} ${args[0]}\n`);
    const code = await answer(args, VERSION, place);
    return { code, ...said };
  } finally {
    process.chdir(before);
    redactFinally(String);
    isTaken = false;
  }
}
