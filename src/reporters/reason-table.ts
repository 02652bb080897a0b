import { asWritten } from "../domain/wording.ts";
import { cells } from "./cells.ts";
import { count, cut, oneLine } from "./format.ts";
import { type Canvas, NARROW, right, type TableCell, table } from "./table.ts";

const [NARROWEST, WIDEST] = [60, 120];

/** What ended badly for one reason, and what to do about it. */
export interface ReasonRow {
  readonly status: string;
  readonly reason: string;
  readonly class: string | null;
  readonly count: number;
  /** A key, or a place in a manifest. */
  readonly example: string | null;
  readonly next: string;
}

/**
 * Why things ended badly, each reason with an example and what to do, as wide as the screen up to 120 cells; below it, each
 * on a line of its own, examples that are too long for it, so that they can be copied. Null without any. `unit` is what is counted, `more` a last line.
 */
export function reasonTable(
  reasons: readonly ReasonRow[],
  canvas: Canvas,
  { unit, more }: { unit: string; more?: readonly [what: string, where: string] | undefined },
): string | null {
  if (reasons.length === 0) return null;
  const { wording = asWritten } = canvas;
  const width = Math.max(NARROWEST, Math.min(WIDEST, canvas.width - 1));
  const colWidths = [25, 9, width - 25 - 9 - 4];
  const inner = (colWidths[2] ?? 0) - 2;
  const isNarrow = canvas.width < NARROW;
  const rows = reasons.map((row): TableCell[] => {
    const example = exampleOf(row);
    const shown = isNarrow ? example : cut(example, inner);
    return [
      `${row.status}\n${row.reason}${row.class ? `\n(${row.class})` : ""}`,
      right(count(row.count)),
      `${shown === "" ? "" : `${shown}\n`}${wording(row.next)}`,
    ];
  });
  if (more) rows.push([more[0], "", wording(more[1])]);
  const head = ["trouble", right(unit), "example and what to do"];
  const drawn = table(head, rows, canvas, { colWidths, lined: true });
  const long = isNarrow ? [] : reasons.filter((row) => cells(exampleOf(row)) > inner);
  return [
    drawn,
    ...long.flatMap(({ reason, example }) => [`${reason}, the whole key:`, oneLine(example ?? "")]),
  ].join("\n");
}

function exampleOf({ example }: ReasonRow): string {
  return example === null ? "" : `e.g. ${oneLine(example)}`;
}
