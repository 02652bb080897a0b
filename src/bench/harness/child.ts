import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Answer, Handlers } from "./serve.ts";

/** A child process that does what it is asked. It ends when this process does, even if this one is killed. */
export interface Child<H extends Handlers> {
  readonly pid: number;
  /** Rejects when the process failed at it, has ended, or ends meanwhile; the message says why. */
  ask<N extends keyof H & string>(name: N, ...input: Parameters<H[N]>): Promise<Awaited<ReturnType<H[N]>>>;
  /** Ends it at once. */
  kill(): void;
  /** Lets it put its things away and end; kills it after two seconds. Resolves when it is gone; safe to call twice. */
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const PATIENCE_MS = 2_000;

/**
 * Starts a child process that runs {@link serve} with the handlers `H`: its CPU and memory are not counted as ours.
 * @param file What it runs, as built: `new URL("./servers-child.js", import.meta.url)`.
 */
export function openChild<H extends Handlers>(file: URL): Child<H> {
  // Not with our flags: a profiler or debugger would take part in what is measured.
  const child = fork(fileURLToPath(builtFile(file)), [], {
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const pending = new Map<number, Pending>();
  const gone = endOf(child, basename(file.pathname), pending);
  child.on("message", ({ id, value, error }: Answer) => {
    if (error === undefined) pending.get(id)?.resolve(value);
    else pending.get(id)?.reject(new Error(error));
    pending.delete(id);
  });
  let last = 0;
  return {
    pid: child.pid ?? 0,
    ask: (name, ...inputs) =>
      new Promise((resolve, reject) => {
        last += 1;
        pending.set(last, { resolve: resolve as (value: unknown) => void, reject });
        if (child.connected) child.send({ id: last, name, input: inputs[0] }, () => {});
        else gone.then((why) => reject(new Error(why)));
      }),
    kill: () => child.kill("SIGKILL"),
    close: async () => {
      if (child.connected) child.disconnect();
      const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await gone;
      clearTimeout(late);
    },
  };
}

/** Resolves to why, when the process is gone; what was asked of it is refused then. */
async function endOf(child: ChildProcess, name: string, pending: Map<number, Pending>): Promise<string> {
  const why = `${name} has ended${await reasonOf(child)}`;
  for (const { reject } of pending.values()) reject(new Error(why));
  pending.clear();
  return why;
}

/** What it said when it broke off; empty for nothing. Not the event `close`: it does not come once we have disconnected. */
async function reasonOf(child: ChildProcess): Promise<string> {
  const errors = child.stderr ? text(child.stderr) : "";
  try {
    await once(child, "exit");
  } catch (error) {
    return `: ${error instanceof Error ? error.message : error}`;
  }
  const lines = (await errors).split("\n");
  const line = lines.find((each) => /^\w*Error\b/.test(each)) ?? lines[0] ?? "";
  return line === "" ? "" : `: ${line.trim()}`;
}

/** Node cannot run TypeScript: from the sources (tests) the built file is started. */
export function builtFile(url: URL): URL {
  const file = existsSync(url) ? url : new URL(url.href.replace("/src/bench/", "/dist/bench/"));
  if (!existsSync(file)) throw new Error(`${fileURLToPath(file)} is missing: run \`npm run build\` first`);
  return file;
}
