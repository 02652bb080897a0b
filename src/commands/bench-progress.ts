import type { Progress } from "../bench/run.ts";
import type { ScenarioResult } from "../bench/types.ts";

interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const CLEAR_LINE = "\r\u001b[2K";

/** One line that is written over on a terminal; elsewhere one line a scenario. */
export class BenchProgress {
  readonly #screen: Screen;
  readonly #quiet: boolean;

  constructor(screen: Screen, quiet: boolean) {
    this.#screen = screen;
    this.#quiet = quiet;
    if (!quiet && screen.isTTY) screen.write("looking at the machine");
  }

  tell({ scenario, done, total, note }: Progress): void {
    if (this.#quiet || !this.#screen.isTTY) return;
    const part = note && note !== scenario ? ` (${note})` : "";
    this.#screen.write(`${CLEAR_LINE}${scenario}${part}: ${done} of at most ${total} rounds`);
  }

  result({ scenario, rounds, seconds, incomplete }: ScenarioResult): void {
    if (this.#quiet) return;
    const broken = incomplete === null ? "" : `, incomplete: ${incomplete}`;
    const clear = this.#screen.isTTY ? CLEAR_LINE : "";
    this.#screen.write(`${clear}${scenario}: ${rounds} rounds in ${seconds.toFixed(1)} s${broken}\n`);
  }

  /** Takes the line off the screen. */
  end(): void {
    if (!this.#quiet && this.#screen.isTTY) this.#screen.write(CLEAR_LINE);
  }
}
