import { Writable } from "node:stream";

/** A terminal: understands what screens use of it, and shows what a person would see. */
export class FakeTerminal extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  cursorShown = true;
  wraps = true;
  readonly gone: string[] = [];
  #lines: string[] = [""];
  #x = 0;
  #y = 0;

  constructor(columns: number, rows: number) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
  }

  /** What is on the screen, blank lines at its end left out. */
  get lines(): string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  /** Becomes so wide, and breaks rows that are too long into several, as most terminals do. */
  narrow(columns: number): void {
    const broken = this.#lines.map((line) => line.match(new RegExp(`.{1,${columns}}`, "g")) ?? [""]);
    this.#y = broken.slice(0, this.#y + 1).flat().length - 1;
    this.#x = Math.min(this.#x, columns);
    this.#lines = broken.flat();
    this.columns = columns;
    this.emit("resize");
  }

  override _write(text: string, _encoding: string, done: () => void): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape codes themselves
    for (const [token] of text.matchAll(/\u001b\[\??[\d;]*[A-Za-z]|\n|\r|[^\u001b\n\r]+/g)) this.#take(token);
    done();
  }

  #take(token: string): void {
    if (token === "\n") this.#newline();
    else if (token === "\r") this.#x = 0;
    else if (token.startsWith("\u001b[")) this.#control(token.slice(2));
    else {
      const line = (this.#lines[this.#y] ?? "").padEnd(this.#x);
      this.#lines[this.#y] = (line.slice(0, this.#x) + token + line.slice(this.#x + token.length)).slice(
        0,
        this.columns,
      );
      this.#x += token.length;
    }
  }

  #newline(): void {
    this.#x = 0;
    this.#y++;
    if (this.#y >= this.rows) {
      this.gone.push(this.#lines.shift() ?? "");
      this.#y--;
    }
    this.#lines[this.#y] ??= "";
  }

  #control(code: string): void {
    const times = Number.parseInt(code, 10) || 1;
    const line = this.#lines[this.#y] ?? "";
    if (code === "?25h" || code === "?25l") this.cursorShown = code === "?25h";
    else if (code === "?7h" || code === "?7l") this.wraps = code === "?7h";
    else if (code.endsWith("A")) this.#y = Math.max(0, this.#y - times);
    else if (code.endsWith("B")) this.#y = Math.min(this.#lines.length - 1, this.#y + times);
    else if (code.endsWith("G")) this.#x = times - 1;
    else if (code === "2K") this.#lines[this.#y] = "";
    else if (code.endsWith("K")) this.#lines[this.#y] = line.slice(0, this.#x);
    else if (code.endsWith("J")) {
      this.#lines[this.#y] = line.slice(0, this.#x);
      this.#lines.length = this.#y + 1;
    } else if (!code.endsWith("m")) throw new Error(`unknown escape code ${code}`);
  }
}
