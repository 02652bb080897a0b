import type { ChalkInstance } from "chalk";
import cliProgress from "cli-progress";
import type { Emitter } from "../../domain/events.ts";
import type { Figures } from "../../figures/snapshot.ts";
import { cells } from "../cells.ts";
import { cut, wrap } from "../format.ts";
import type { Reporter } from "../reporter.ts";
import { liveRows, progressText, type View } from "./live-rows.ts";
import { type MessageOptions, writeMessages } from "./messages.ts";
import { knownTotal } from "./plain.ts";

/** What of a terminal is needed; process.stderr has it. */
export type Terminal = NodeJS.WritableStream & {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
};

const FRAMES_A_SECOND = 8;
const WIDEST = 132;
const LONGEST_BAR = 48;
const SHORTEST_BAR = 6;
const ERASE_TO_END = "\u001b[K";
const TO_LINE_START = "\r";
const ERASE_LINE = "\u001b[2K";
const ONE_DOWN = "\u001b[1B";
const CURSOR_AND_WRAP_ON = "\u001b[?25h\u001b[?7h";

/** The bar with its text, cut to the width. */
function barRow(progress: number, text: string, { width, colour }: View): string {
  const barsize = Math.min(LONGEST_BAR, width - cells(text) - 4);
  if (barsize < SHORTEST_BAR) return cut(text, width);
  const bar = cliProgress.Format.BarFormat(progress, {
    barsize,
    barCompleteString: "=".repeat(barsize + 1),
    barIncompleteString: "-".repeat(barsize + 1),
    barGlue: "",
  });
  return `[${colour.green(bar.replace(/-+$/, ""))}${colour.dim(/-*$/.exec(bar)?.[0] ?? "")}]  ${text}`;
}

/** Rows of text drawn by cli-progress: each of its "bars" is one row, the first one a bar indeed. */
class Screen {
  readonly #figures: Figures;
  readonly #stream: Terminal;
  readonly #colour: ChalkInstance;
  readonly #multi: cliProgress.MultiBar;
  readonly #bar: cliProgress.SingleBar;
  readonly #rows: cliProgress.SingleBar[] = [];
  /** Cells of the rows that are on the screen, from the top. */
  #shown: number[] = [];
  readonly #since: number;
  #isOpen = true;

  constructor(figures: Figures, stream: Terminal, colour: ChalkInstance) {
    this.#figures = figures;
    this.#stream = stream;
    this.#colour = colour;
    this.#since = figures.snapshot().now;
    this.#multi = new cliProgress.MultiBar({
      stream,
      fps: FRAMES_A_SECOND,
      gracefulExit: false,
      hideCursor: true,
      linewrap: false,
      clearOnComplete: true,
      // Rows move when a message is put above them, so that a row with an old text must be drawn all the same.
      forceRedraw: true,
      emptyOnZero: true,
      format: (_options, _params, payload: { text: string }) => payload.text,
    });
    this.#bar = this.#multi.create(
      0,
      0,
      { text: "" },
      { format: (_, { progress }, payload) => barRow(progress, payload.text, this.view) },
    );
    this.#multi.on("update-pre", () => this.#refresh());
    this.#multi.update();
  }

  /** A column and a line stay free: a full one would wrap or scroll on some terminals. */
  get view(): View {
    // Some pseudo terminals say 0.
    const [columns, rows] = [this.#stream.columns || 80, this.#stream.rows || 24];
    return {
      width: Math.max(1, Math.min(WIDEST, columns - 1)),
      height: Math.max(1, rows - 1),
      since: this.#since,
      colour: this.#colour,
    };
  }

  /** Puts a message above the rows, over as many lines as it needs. */
  log(line: string, style: ChalkInstance): void {
    for (const part of wrap(line, this.view.width)) {
      const text = `${style(part)}${ERASE_TO_END}\n`;
      if (this.#isOpen) this.#multi.log(text);
      else this.#stream.write(text);
    }
  }

  /**
   * Takes the rows off a terminal that has another size now, and gives back those that it has no lines for. Most terminals
   * break rows that became too long into several, so that the first of them stands higher than it was drawn.
   */
  resized(): void {
    if (!this.#isOpen) return;
    const columns = this.#stream.columns || 80;
    const lines = this.#shown.map((width) => Math.max(1, Math.ceil(width / columns)));
    const above = lines.reduce((sum, each) => sum + each, 0) - 1;
    const drawn = Math.max(0, this.#shown.length - 1);
    const up = above > 0 ? `\u001b[${above}A` : "";
    // Line by line: tmux moves a screen that is erased as a whole into its history.
    const erased = Array.from({ length: above + 1 }, () => ERASE_LINE).join(ONE_DOWN);
    // Back to where the next drawing begins to count from.
    this.#stream.write(`${up}${TO_LINE_START}${erased}${up}${"\n".repeat(drawn)}`);
    this.#shown = this.#shown.map(() => 0);
    while (this.#rows.length > this.view.height - 1) {
      const last = this.#rows.pop();
      if (last) this.#multi.remove(last);
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#multi.update();
    this.#multi.stop();
  }

  #refresh(): void {
    const run = this.#figures.snapshot();
    const view = this.view;
    const texts = liveRows(run, { ...view, height: view.height - 1 });
    const text = progressText(run);
    this.#bar.setTotal(knownTotal(run));
    this.#bar.update(run.total, { text });
    this.#shown = [cells(barRow(0, text, view)), ...texts.map(cells)];
    while (this.#rows.length < texts.length) this.#rows.push(this.#multi.create(0, 0, { text: "" }));
    for (const [at, row] of this.#rows.entries()) row.update({ text: texts[at] ?? "" });
    while (this.#shown.length <= this.#rows.length) this.#shown.push(0);
  }
}

/**
 * The live view at the bottom of a terminal: bar, figures and lanes, drawn anew eight times a second; messages go above it. `stop`
 * takes it off the screen; messages that come later are written below. The cursor comes back however the process exits.
 */
export function liveReporter(
  events: Emitter,
  figures: Figures,
  options: MessageOptions & { readonly stream: Terminal },
): Reporter {
  const { stream, colour } = options;
  const screen = new Screen(figures, stream, colour);
  const restore = () => stream.write(CURSOR_AND_WRAP_ON);
  const resized = () => screen.resized();
  process.once("exit", restore);
  stream.on("resize", resized);
  writeMessages(events, (line, style) => screen.log(line, style), options);
  return {
    stop: () => {
      process.removeListener("exit", restore);
      stream.removeListener("resize", resized);
      screen.close();
    },
  };
}
