import { rmSync } from "node:fs";
import { type Ended, type Running, start } from "../helpers/child.ts";
import type { FarEnds } from "./far-ends.ts";
import type { LifePlan } from "./plan.ts";

/** The files of the program that is tortured. */
export interface Tools {
  readonly bin: string;
  /** The module by which a process finds no names. */
  readonly noNames: string;
}

/** How a process ended, and what it got from us. */
export interface LifeEnd {
  readonly ended: Ended;
  readonly sent: ReadonlySet<NodeJS.Signals>;
  /** It had to be killed, since it did not end. */
  readonly hung: boolean;
}

/** Real milliseconds. Whatever happens, a process ends within them, also on a slow machine. */
const PATIENCE_MS = 180_000;

/** The process that runs now; signals from anywhere go to it. */
export class Life {
  readonly #sent = new Set<NodeJS.Signals>();
  #running: Running | null = null;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** Sends a signal; after SIGSTOP the process goes on `ms` later. */
  signal(name: NodeJS.Signals, ms: number): void {
    if (this.#running === null) return;
    this.#sent.add(name);
    this.#running.signal(name);
    if (name === "SIGSTOP") setTimeout(() => this.#running?.signal("SIGCONT"), ms);
  }

  /** Runs a process to its end. */
  async live(
    command: { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> },
    ends: FarEnds,
    tools: Tools,
    plan: LifePlan,
  ): Promise<LifeEnd> {
    this.#sent.clear();
    const env = {
      ...command.env,
      NODE_OPTIONS: `--import=file://${tools.noNames}`,
      TORTURE_NO_NAMES: ends.noNames,
    };
    const running = start([process.execPath, tools.bin, ...command.args], { cwd: ends.dir, env });
    this.#running = running;
    let hung = false;
    this.#after(PATIENCE_MS, () => {
      hung = true;
      running.signal("SIGKILL");
    });
    this.#plan(plan, ends);
    const ended = await running.ended;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#running = null;
    ends.skewMs = 0;
    rmSync(ends.noNames, { force: true });
    return { ended, sent: new Set(this.#sent), hung };
  }

  /** Ends what runs, without a word. */
  kill(): void {
    this.#running?.signal("SIGKILL");
  }

  #plan({ signal, window, ms }: LifePlan, ends: FarEnds): void {
    if (signal) this.#after(signal.afterMs, () => this.signal(signal.name, signal.ms));
    if (ms > 0) this.#after(ms, () => this.signal("SIGTERM", 0));
    if (!window) return;
    this.#after(window.fromMs, () => {
      if (window.what === "skew") ends.skewMs = window.byMs;
      else ends.loseNames();
      this.#after(window.ms, () => {
        ends.skewMs = 0;
        rmSync(ends.noNames, { force: true });
      });
    });
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}
