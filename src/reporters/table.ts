import type { ChalkInstance } from "chalk";
import Table from "cli-table3";
import type { Wording } from "../domain/wording.ts";

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

/** A table without a line between rows, unless `lined`. Columns are as wide as their content, unless `colWidths` says how wide. */
export function table(
  head: TableCell[],
  rows: TableCell[][],
  { plain, colour }: Drawing,
  more: { colWidths?: number[]; lined?: boolean } = {},
): string {
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
