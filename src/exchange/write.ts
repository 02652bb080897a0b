import type { ExportFormat } from "../domain/choices.ts";
import { shownJson } from "../domain/shown-json.ts";
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
export async function* exportText(
  pages: AsyncIterable<readonly LedgerRow[]>,
  { format, onTooLong }: WriteOptions,
): AsyncGenerator<string> {
  if (format === "kv") yield* arrayText(kvPages(pages, onTooLong));
  else if (format === "json") yield* arrayText(pages);
  else if (format === "csv") yield* csvText(pages);
  else for await (const page of pages) yield page.map((row) => `${shownJson(row)}\n`).join("");
}

/** One JSON array, an element a line. */
async function* arrayText(pages: AsyncIterable<readonly object[]>): AsyncGenerator<string> {
  let before = "[\n";
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield before + page.map((each) => shownJson(each)).join(",\n");
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

async function* csvText(pages: AsyncIterable<readonly LedgerRow[]>): AsyncGenerator<string> {
  yield `${NAMES.join(",")}\n`;
  for await (const page of pages)
    yield page.map((row) => `${NAMES.map((name) => csvCell(row[name])).join(",")}\n`).join("");
}

async function* kvPages(pages: AsyncIterable<readonly LedgerRow[]>, onTooLong: (key: string) => void) {
  const pairs = new KvPairs(onTooLong);
  for await (const page of pages) yield pairs.add(page);
  yield pairs.end();
}
