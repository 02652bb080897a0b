import { spawn } from "node:child_process";
import xterm from "@xterm/headless";

/** Of util-linux: gives a program a terminal of its own. */
const SCRIPT = "/usr/bin/script";
const ROWS = 60;

/** A cell of a screen: what stands there, and how. Colours are numbers of the palette of 16, null for that of the terminal. */
/** @typedef {{ text: string, width: number, fg: number | null, bg: number | null, bold: boolean, dim: boolean }} Cell */

/**
 * Runs a program on a terminal of its own (util-linux `script`) and draws what it writes as a terminal does.
 *
 * @param {{ command: string, columns: number, cwd: string, env: Record<string, string> }} options
 */
export function openTerminal({ command, columns, cwd, env }) {
  const terminal = new xterm.Terminal({
    cols: columns,
    rows: ROWS,
    scrollback: 1_000,
    allowProposedApi: true,
  });
  const child = spawn(SCRIPT, ["-qefc", `stty cols ${columns} rows ${ROWS}; exec ${command}`, "/dev/null"], {
    cwd,
    env: { PATH: process.env.PATH ?? "", TERM: "xterm-256color", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let written = Promise.resolve();
  const looks = new Set();
  child.stdout.on("data", (bytes) => {
    written = new Promise((resolve) => terminal.write(bytes, () => resolve(undefined)));
    void written.then(() => {
      for (const look of looks) look();
    });
  });
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject).on("close", async (code) => {
      await written;
      resolve(code);
      for (const look of looks) look();
    });
  });
  const rows = () => rowsOf(terminal.buffer.active);
  return {
    rows,
    ended,
    stop: () => child.kill("SIGTERM"),
    /** Resolves with the rows as soon as their text is so. Rejects when the program has ended and it was not. */
    until: (isSo) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const now = rows();
          if (!isSo(textOf(now))) return;
          looks.delete(look);
          resolve(now);
        };
        looks.add(look);
        void ended.then(() => reject(new Error(`it ended before it looked so:\n${textOf(rows())}`)));
        look();
      }),
  };
}

/** @param {Cell[][]} rows */
export const textOf = (rows) =>
  rows
    .map((row) =>
      row
        .map(({ text }) => text)
        .join("")
        .trimEnd(),
    )
    .join("\n");

function rowsOf(buffer) {
  const rows = Array.from({ length: buffer.length }, (_, y) => cellsOf(buffer.getLine(y)));
  while (rows.length > 0 && rows.at(-1)?.every(({ text }) => text.trim() === "")) rows.pop();
  return rows;
}

function cellsOf(line) {
  const cells = [];
  for (let x = 0; line !== undefined && x < line.length; x += 1) {
    const cell = line.getCell(x);
    if (cell.getWidth() === 0) continue;
    cells.push({
      text: cell.getChars() || " ",
      width: cell.getWidth(),
      fg: cell.isFgPalette() ? cell.getFgColor() : null,
      bg: cell.isBgPalette() ? cell.getBgColor() : null,
      bold: cell.isBold() !== 0,
      dim: cell.isDim() !== 0,
    });
  }
  return cells;
}
