import type { ExportFormat } from "../domain/choices.ts";
import { EXPORT_COLUMNS, type LedgerRow } from "../ledgers/columns.ts";
import { csvCell } from "./csv-cells.ts";
import { KvPairs } from "./kv.ts";

const NAMES = Object.keys(EXPORT_COLUMNS) as (keyof typeof EXPORT_COLUMNS)[];

interface WriteOptions {
  readonly format: ExportFormat;
  /** Told of keys that Workers KV does not take. */
  readonly onTooLong: (key: string) => void;
}

/** The text of an export, piece by piece: one piece for each page of rows. */
export function* exportText(
  pages: Iterable<readonly LedgerRow[]>,
  { format, onTooLong }: WriteOptions,
): Generator<string> {
  if (format === "kv") yield* arrayText(kvPages(pages, onTooLong));
  else if (format === "json") yield* arrayText(pages);
  else if (format === "csv") yield* csvText(pages);
  else for (const page of pages) yield page.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** One JSON array, an element a line. */
function* arrayText(pages: Iterable<readonly object[]>): Generator<string> {
  let before = "[\n";
  for (const page of pages) {
    if (page.length === 0) continue;
    yield before + page.map((each) => JSON.stringify(each)).join(",\n");
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

function* csvText(pages: Iterable<readonly LedgerRow[]>): Generator<string> {
  yield `${NAMES.join(",")}\n`;
  for (const page of pages)
    yield page.map((row) => `${NAMES.map((name) => csvCell(row[name])).join(",")}\n`).join("");
}

function* kvPages(pages: Iterable<readonly LedgerRow[]>, onTooLong: (key: string) => void) {
  const pairs = new KvPairs(onTooLong);
  for (const page of pages) yield pairs.add(page);
  yield pairs.end();
}
