import type { ChalkInstance } from "chalk";
import Table from "cli-table3";
import type { Wording } from "../domain/wording.ts";
import { cells, padCells } from "./cells.ts";
import { fold } from "./format.ts";

/** How tables are drawn. */
export interface Drawing {
  readonly colour: ChalkInstance;
  /** Draws with plain characters (not a terminal, TERM=dumb). */
  readonly plain: boolean;
}

/** How wide a screen full of tables may be, in characters. */
export interface Canvas extends Drawing {
  readonly width: number;
  /** For the user who reads it; sentences stay as they are written without it. */
  readonly wording?: Wording | undefined;
}

const PLAIN_CHARS = {
  top: "-",
  "top-mid": "+",
  "top-left": "+",
  "top-right": "+",
  bottom: "-",
  "bottom-mid": "+",
  "bottom-left": "+",
  "bottom-right": "+",
  left: "|",
  "left-mid": "+",
  mid: "-",
  "mid-mid": "+",
  right: "|",
  "right-mid": "+",
  middle: "|",
};

/** A cell of a table; numbers stand at the right. */
export type TableCell = string | { content: string; hAlign: "right" };

export function right(content: string): TableCell {
  return { content, hAlign: "right" };
}

/** Screens below this many cells get lines instead of tables that do not fit. */
export const NARROW = 60;

/** A table without a line between rows, unless `lined`. Columns are as wide as their content, unless `colWidths` says how wide; lines where that is more than a narrow screen has. */
export function table(
  head: TableCell[],
  rows: TableCell[][],
  drawing: Drawing & { readonly width?: number },
  more: { colWidths?: number[]; lined?: boolean } = {},
): string {
  const { plain, colour, width = NARROW } = drawing;
  const room = width - 1;
  if (width < NARROW && naturalWidth([head, ...rows], more.colWidths) > room)
    return asLines(head, rows, room);
  const between = more.lined ? {} : { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
  const made = new Table({
    chars: { ...(plain ? PLAIN_CHARS : {}), ...between },
    style: { head: [], border: [], "padding-left": 1, "padding-right": 1 },
    ...(more.colWidths ? { colWidths: more.colWidths, wordWrap: true, wrapOnWordBoundary: true } : {}),
  });
  made.push(
    head.map((cell) =>
      typeof cell === "string" ? colour.bold(cell) : { ...cell, content: colour.bold(cell.content) },
    ),
    ...rows,
  );
  return made.toString();
}

function contentOf(cell: TableCell): string {
  return typeof cell === "string" ? cell : cell.content;
}

/** Cells of the widest line of each column. */
function widthsOf(rows: readonly TableCell[][]): number[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widest = (at: number) => (row: TableCell[]) =>
    Math.max(
      ...contentOf(row[at] ?? "")
        .split("\n")
        .map(cells),
    );
  return Array.from({ length: columns }, (_, at) => Math.max(...rows.map(widest(at))));
}

function naturalWidth(rows: readonly TableCell[][], colWidths: readonly number[] | undefined): number {
  const widths = colWidths ?? widthsOf(rows).map((each) => each + 2);
  return widths.reduce((sum, each) => sum + each + 1, 1);
}

/** A table for a narrow screen: columns without borders where these fit, else a row as lines below its first cell. */
function asLines(head: TableCell[], rows: TableCell[][], width: number): string {
  const widths = widthsOf([head, ...rows]);
  const isFlat = rows.flat().every((cell) => !contentOf(cell).includes("\n"));
  const total = widths.reduce((sum, each) => sum + each + 1, -1);
  if (isFlat && total <= width)
    return [head, ...rows].map((row) => columnsOf(row, widths).join(" ").trimEnd()).join("\n");
  const titles = head.map(contentOf);
  return rows.flatMap((row) => recordOf(row, titles, width)).join("\n");
}

function columnsOf(row: readonly TableCell[], widths: readonly number[]): string[] {
  return row.map((cell, at) => {
    const width = widths[at] ?? 0;
    const content = contentOf(cell);
    return typeof cell === "string"
      ? padCells(content, width)
      : " ".repeat(Math.max(0, width - cells(content))) + content;
  });
}

/** Numbers with their titles in one line, texts below them; what has no blank stays whole, so that it can be copied. */
function recordOf(row: readonly TableCell[], titles: readonly string[], width: number): string[] {
  const [first = "", ...rest] = row;
  const numbers = rest.flatMap((cell, at) =>
    typeof cell === "string" || cell.content === "" ? [] : [`${titles[at + 1]} ${cell.content}`],
  );
  const texts = rest.filter((cell) => typeof cell === "string" && cell !== "").map(contentOf);
  return [
    ...fold(contentOf(first).replaceAll("\n", " ").trim(), width, "  "),
    ...(numbers.length > 0 ? indented(numbers.join(", "), width) : []),
    ...texts.flatMap((text) => text.split("\n")).flatMap((text) => indented(text, width)),
  ];
}

function indented(text: string, width: number): string[] {
  const key = /^e\.g\. (.*)$/.exec(text);
  if (key) return [`  ${text}`];
  return fold(text, width - 2, "").map((line) => `  ${line}`);
}
