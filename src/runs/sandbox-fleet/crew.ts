import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { StopSignal } from "../../domain/events.ts";
import { END_WITH_PARENT } from "../../sandbox/postgres.ts";
import { codeOfSignal, isCodeOfSignal } from "../signals.ts";

/** How workers are started, and who hears them. */
export interface CrewOptions {
  readonly size: number;
  /** The arguments of the nth worker, from 1 on. */
  readonly argsOf: (nth: number) => readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  /** Hears each line that a worker writes. */
  readonly heard: (nth: number, stream: "stdout" | "stderr", line: string) => void;
  /** Hears what becomes of them. */
  readonly tell: (level: "info" | "warn", text: string) => void;
}

const PREWARM = fileURLToPath(new URL("../../../bin/prewarm.js", import.meta.url));

/** Workers as processes of their own: one that is killed is replaced, and all end together. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #running = new Map<number, ChildProcess>();
  #code: number | null = null;
  /** How often they were told to end. */
  #told = 0;
  #allGone = () => {};

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /** Starts them; resolves to the exit code of the whole once all have ended. */
  async toEnd(): Promise<number> {
    const gone = new Promise<void>((resolve) => {
      this.#allGone = resolve;
    });
    for (let nth = 1; nth <= this.#options.size; nth += 1) this.#start(nth);
    await gone;
    return this.#code ?? 1;
  }

  /** The first signal has calls under way finish, the second cuts them off, a third ends the processes. */
  onSignal(signal: StopSignal): void {
    this.#end(codeOfSignal(signal));
  }

  /** Something that they cannot do without has ended. */
  lose(what: string, code = 1): void {
    if (this.#code !== null) return;
    this.#options.tell("warn", `${what}: all end`);
    this.#end(code);
  }

  /** The first code counts. */
  #end(code: number): void {
    this.#code ??= code;
    this.#told += 1;
    for (const child of this.#running.values()) child.kill(this.#told > 2 ? "SIGKILL" : "SIGTERM");
  }

  #start(nth: number): void {
    const { argsOf, env, folder, heard, tell } = this.#options;
    const args = ["--import", END_WITH_PARENT, PREWARM, "worker", ...argsOf(nth)];
    // In a group of its own: a Ctrl-C in the terminal is ours to pass on.
    const stdio = ["pipe", "pipe", "pipe"] as const;
    const child = spawn(process.execPath, args, {
      env,
      cwd: folder,
      detached: true,
      windowsHide: true,
      stdio: [...stdio],
    });
    child.stdin?.on("error", () => {});
    this.#running.set(nth, child);
    tell("info", `worker ${nth} starts (pid ${child.pid})`);
    const said = (["stdout", "stderr"] as const).map((name) =>
      pass(child[name], (line) => heard(nth, name, line)),
    );
    void once(child, "exit").then(async ([code, signal]) => {
      await Promise.all(said);
      this.#ended(nth, code, signal);
    });
  }

  #ended(nth: number, code: number | null, signal: NodeJS.Signals | null): void {
    const { tell } = this.#options;
    const pid = this.#running.get(nth)?.pid;
    this.#running.delete(nth);
    const isKilled = code === null || isCodeOfSignal(code);
    if (this.#code === null && isKilled) {
      tell(
        "warn",
        `worker ${nth} (pid ${pid}) was ended by ${signal ?? "a signal"}: another one takes its place, and what it was to do goes on`,
      );
      this.#start(nth);
      return;
    }
    if (this.#code === null) {
      this.lose(`worker ${nth} (pid ${pid}) has ended with ${code}`, code ?? 1);
    }
    if (this.#running.size === 0) this.#allGone();
  }
}

async function pass(from: Readable | null, hear: (line: string) => void): Promise<void> {
  if (from === null) return;
  for await (const line of createInterface({ input: from, crlfDelay: Number.POSITIVE_INFINITY })) hear(line);
}
