import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const BIN = fileURLToPath(new URL("../../bin/prewarm.js", import.meta.url));

/** A line of `--json`: members that a line does not have are undefined, which the tests then see. */
export interface Line {
  readonly type: string;
  readonly key: string | null;
  readonly bot: string;
  readonly kind: string;
  readonly status: string;
  readonly file_id: string;
  readonly chat_id: string;
  readonly message_id: number;
  readonly transfer: string | null;
  readonly bytes: number;
  readonly attempts: number;
  readonly reason: string | null;
  readonly left: boolean | undefined;
  readonly resolved: string | undefined;
  readonly look_at: string | undefined;
  readonly where: string | undefined;
  readonly error: { class: string; reason: string; code: number | null; message: string } | null;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  /** Peak resident memory; 0 where /proc is not there. */
  readonly peakMb: number;
}

export interface Running {
  readonly pid: number;
  /** What it has said on stderr so far. */
  heard(): string;
  /** What it has said on stdout so far. */
  shown(): string;
  signal(name: NodeJS.Signals): void;
  /** Writes to its stdin, which stays open. */
  type(text: string): void;
  readonly ended: Promise<Ended>;
}

export interface ChildOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** All of its stdin; null leaves it open for {@link Running.type}. */
  readonly stdin?: string | null | undefined;
  /** Closes our end of its stdout at once. */
  readonly deafTo?: "stdout" | undefined;
}

/** Starts a process with this environment and no other. */
export function start(
  command: readonly string[],
  { env, cwd, stdin, deafTo }: ChildOptions,
): Running & { child: ChildProcess } {
  const started = performance.now();
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd, env: { PATH: process.env.PATH ?? "", HOME: cwd, ...env } });
  const out = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      out[name] += text;
    });
  if (deafTo) child[deafTo].destroy();
  child.stdin.on("error", () => {});
  if (stdin !== null) child.stdin.end(stdin ?? "");
  const memory = watchMemory(child);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject).on("close", (code, signal) => {
      resolve({ code, signal, ...out, ms: performance.now() - started, peakMb: memory() });
    });
  });
  return {
    child,
    pid: child.pid ?? 0,
    heard: () => out.stderr,
    shown: () => out.stdout,
    signal: (name) => child.kill(name),
    type: (text) => child.stdin.write(text),
    ended,
  };
}

/** The kernel keeps the peak itself, so a look every 20 ms misses only what the last of them grew by. */
function watchMemory(child: ChildProcess): () => number {
  const status = `/proc/${child.pid}/status`;
  let peakKb = 0;
  if (!existsSync(status)) return () => 0;
  const timer = setInterval(() => {
    try {
      peakKb = Math.max(peakKb, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, "utf8"))?.[1] ?? 0));
    } catch {
      clearInterval(timer);
    }
  }, 20);
  return () => {
    clearInterval(timer);
    return peakKb / 1024;
  };
}

/** The lines of `--json`; throws when stdout holds anything else. */
export function linesOf({ stdout }: Ended): Line[] {
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

export function itemsOf(ended: Ended): Line[] {
  return linesOf(ended).filter((line) => line.type === "item");
}

/** Status by key, with the reason where there is one: `failed photo_dimensions`. */
export function endsOf(ended: Ended): Record<string, string> {
  return Object.fromEntries(
    itemsOf(ended).map(({ key, status, reason }) => [key, [status, reason].filter(Boolean).join(" ")]),
  );
}

export interface Summary extends Readonly<Record<string, unknown>> {
  readonly total: number;
  readonly ready: number;
  readonly skipped: number;
  readonly weak: number;
  readonly failed: number;
  readonly unknown: number;
  readonly exit_code: number;
}

/** The last line, which has to be the summary. */
export function summaryOf(ended: Ended): Summary {
  const last = linesOf(ended).at(-1);
  if (last?.type !== "summary")
    throw new Error(`no summary at the end of stdout: ${ended.stdout.slice(-300)}`);
  return last as unknown as Summary;
}

/** Lines of stderr without the name and the banner: what a run has to tell when nothing is to be shown. */
export function problemsOf({ stderr }: Ended): string[] {
  return stderr.split("\n").filter((line) => line !== "" && !/^prewarm( run:|.*\d\.\d\.\d run$)/.test(line));
}
