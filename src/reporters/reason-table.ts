import { asWritten } from "../domain/wording.ts";
import { count, cut, oneLine } from "./format.ts";
import { type Canvas, right, type TableCell, table } from "./table.ts";

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
 * Why things ended badly, each reason with an example and the way out, as wide as the screen within 60 to 120 characters; null
 * without any. `unit` is what is counted, `more` a last line.
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
  const rows = reasons.map((row): TableCell[] => [
    `${row.status}\n${row.reason}${row.class ? `\n(${row.class})` : ""}`,
    right(count(row.count)),
    `${row.example === null ? "" : `${cut(`e.g. ${oneLine(row.example)}`, inner)}\n`}${wording(row.next)}`,
  ]);
  if (more) rows.push([more[0], "", wording(more[1])]);
  return table(["trouble", right(unit), "example and what to do"], rows, canvas, { colWidths, lined: true });
}
