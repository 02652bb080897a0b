import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What a process of ours can be asked for. Inputs and answers cross a pipe, so they are plain data. */
export type Handlers = Readonly<Record<string, (input: never) => unknown>>;

/** A process that answers questions; it ends with us, whatever we die of. */
export interface Child<H extends Handlers> {
  readonly pid: number;
  /** Rejects when the process failed at it, has ended, or ends meanwhile. */
  ask<N extends keyof H & string>(name: N, input: Parameters<H[N]>[0]): Promise<Awaited<ReturnType<H[N]>>>;
  /** Ends it. Resolves when it is gone; safe to call twice. */
  close(): Promise<void>;
}

export interface ChildOptions {
  /** Name of the file beside this one that it runs. */
  readonly entry: keyof typeof ENTRIES;
  readonly execArgv?: readonly string[];
  /** Ends it when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Milliseconds for a process to put its things away. */
const PATIENCE_MS = 2_000;

/** Starts a process of its own, so that neither its CPU nor its memory is counted as ours. */
export function openChild<H extends Handlers>({ entry, execArgv = [], signal }: ChildOptions): Child<H> {
  const child = fork(fileOf(entry), [], {
    execArgv: [...execArgv],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const waiting = new Map<number, Waiting>();
  const gone = watchEnd(child, entry, waiting);
  child.on("message", ({ id, value, error }: Answer) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(value);
    else one?.reject(new Error(error));
  });
  const close = async () => {
    if (child.connected) child.disconnect();
    const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    await gone;
    clearTimeout(late);
  };
  signal?.addEventListener("abort", close, { once: true });
  let last = 0;
  return {
    pid: child.pid ?? 0,
    close,
    ask: (name, input) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve: resolve as (value: unknown) => void, reject });
        if (!child.connected) return refuseAll(waiting, entry);
        child.send({ id: last, name, input }, () => {});
      }),
  };
}

/** Resolves when the process is gone; what was asked of it is then refused. */
function watchEnd(child: ChildProcess, entry: string, waiting: Map<number, Waiting>): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      refuseAll(waiting, entry);
      resolve();
    };
    child.once("error", end).once("exit", end);
  });
}

function refuseAll(waiting: Map<number, Waiting>, entry: string): void {
  for (const { reject } of waiting.values()) reject(new Error(`the process ${entry} of the bench has ended`));
  waiting.clear();
}

const ENTRIES = {
  "servers-child": new URL("./servers-child.js", import.meta.url),
  "client-child": new URL("../contenders/client-child.js", import.meta.url),
} as const;

/** Node cannot run TypeScript: from the sources (tests) it is the built file that is started. */
function fileOf(entry: keyof typeof ENTRIES): string {
  const built = ENTRIES[entry];
  const file = fileURLToPath(existsSync(built) ? built : built.href.replace("/src/bench/", "/dist/bench/"));
  if (!existsSync(file)) throw new Error(`${file} is missing: run \`npm run build\` first`);
  return file;
}
