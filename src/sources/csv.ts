import { CsvError, parse } from "csv-parse/sync";
import { headerOf } from "./csv-header.ts";
import { type Line, linesOf } from "./lines.ts";
import { type RawEntry, shown } from "./manifest-entry.ts";

/** A quoted field may go on over lines, but not for ever: a lost quote must not swallow the file. */
const RECORD_LINES = 64;
const NOT_CLOSED = 'has a quote (") that is not closed';
const LENIENT = { relax_column_count: true, skip_empty_lines: true } as const;

interface CsvRow {
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

interface CsvEntry {
  /** `null` for a blank line. */
  readonly entry: RawEntry | null;
  /** How many lines it takes. */
  readonly lines: number;
}

/**
 * Entries of a manifest in csv, comma-separated, its first line naming the columns (`key` among them). Empty cells count as not
 * given. Lines are parsed in blocks; a block with a fault is gone through line by line, so that only the faulty line is lost.
 * A file of blank lines has no entries. Throws SourceFailed when the first other line is no header with a column `key`.
 */
export async function* csvEntries(pieces: AsyncIterable<Buffer>, name: string): AsyncGenerator<RawEntry[]> {
  let header: readonly string[] | null = null;
  let rowEnd: Line["end"];
  let open: Line[] = [];
  for await (const lines of linesOf(pieces)) {
    let block = open.concat(lines);
    open = [];
    if (!header) {
      const at = block.findIndex((line) => !isBlank(line.text.split(",")));
      if (at === -1) continue;
      header = headerOf(block[at]?.text ?? "", name);
      rowEnd = block[at]?.end;
      block = block.slice(at + 1);
    }
    const read = new CsvBlock(name, header, block, rowEnd);
    yield read.entries(false);
    open = read.open;
  }
  if (header) yield new CsvBlock(name, header, open, rowEnd).entries(true);
}

class CsvBlock {
  readonly #name: string;
  readonly #header: readonly string[];
  readonly #lines: readonly Line[];
  readonly #rowEnd: Line["end"];
  /** Lines at the end that begin a record whose rest has not been read yet. */
  open: Line[] = [];

  constructor(name: string, header: readonly string[], lines: readonly Line[], rowEnd: Line["end"]) {
    this.#name = name;
    this.#header = header;
    this.#lines = lines;
    this.#rowEnd = rowEnd;
  }

  entries(isLast: boolean): RawEntry[] {
    return this.#atOnce() ?? this.#lineByLine(isLast);
  }

  /** `null` when something in it needs a closer look. */
  #atOnce(): RawEntry[] | null {
    if (this.#lines.some((line) => line.problem !== undefined)) return null;
    const text = this.#lines.map((line) => line.text).join("\n");
    const isQuoted = text.includes('"');
    if (isQuoted && this.#lines.some((line) => line.end === "\r")) return null;
    const rows = tryParse(text)?.filter((row) => !isBlank(row.cells));
    if (!rows?.every((row) => row.cells.length === this.#header.length)) return null;
    // A cell of several lines has the ends that they had.
    const isLong = isQuoted && rows.some((row) => row.cells.some((cell) => cell.includes("\n")));
    if (isLong && this.#lines.some((line) => endOf(line, this.#rowEnd) !== "\n")) return null;
    return rows.map((row) => ({
      where: this.#where(row.line - 1),
      value: this.#object(row.cells),
    }));
  }

  #lineByLine(isLast: boolean): RawEntry[] {
    const entries: RawEntry[] = [];
    for (let at = 0; at < this.#lines.length; ) {
      const found = this.#record(at);
      if (found === "open" && !isLast) {
        this.open = this.#lines.slice(at);
        return entries;
      }
      const { entry, lines } = found === "open" ? this.#bad(at, NOT_CLOSED) : found;
      if (entry) entries.push(entry);
      at += lines;
    }
    return entries;
  }

  /** The record that begins at a line; `open` when the lines at hand end before its quotes do. */
  #record(at: number): CsvEntry | "open" {
    const line = this.#lines[at];
    if (line?.problem !== undefined) return this.#bad(at, line.problem);
    const record = parseRecord(line?.text ?? "");
    if (record === "open") return this.#joined(at);
    if ("problem" in record) return this.#bad(at, record.problem);
    if (isBlank(record.cells)) return { entry: null, lines: 1 };
    if (record.cells.length === this.#header.length) return this.#good(at, record.cells, 1);
    return this.#bad(
      at,
      `cells found: ${record.cells.length}, columns named in the first line: ${this.#header.length}`,
    );
  }

  /** Tries a line whose quote is open together with those that follow; the line alone is bad when that does not work out. */
  #joined(at: number): CsvEntry | "open" {
    for (let count = 2; count <= RECORD_LINES; count++) {
      const part = this.#lines.slice(at, at + count);
      if (part.length < count) return "open";
      if (part.some((line) => line.problem !== undefined)) break;
      const record = parseRecord(textOf(part, this.#rowEnd));
      if (record === "open") continue;
      if ("problem" in record || record.cells.length !== this.#header.length) break;
      return this.#good(at, record.cells, count);
    }
    return this.#bad(at, NOT_CLOSED);
  }

  #where(at: number): string {
    return `${this.#name}:${this.#lines[at]?.number ?? 0}`;
  }

  #bad(at: number, problem: string): CsvEntry {
    return { entry: { where: this.#where(at), problem }, lines: 1 };
  }

  #good(at: number, cells: readonly string[], lines: number): CsvEntry {
    return { entry: { where: this.#where(at), value: this.#object(cells) }, lines };
  }

  #object(cells: readonly string[]): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (const [at, column] of this.#header.entries()) {
      const cell = cells[at] ?? "";
      if (cell.trim() !== "") value[column] = cell;
    }
    return value;
  }
}

/** What ends a line within a cell: in a file whose rows end in CRLF that is how its editor writes an LF. */
function endOf({ end }: Line, rowEnd: Line["end"]): string {
  return end === undefined || (end === "\r\n" && rowEnd === end) ? "\n" : end;
}

/** The text of lines that belong together, with what ends them. */
function textOf(lines: readonly Line[], rowEnd: Line["end"]): string {
  const last = lines.length - 1;
  return lines.map((line, at) => (at === last ? line.text : `${line.text}${endOf(line, rowEnd)}`)).join("");
}

/** Spreadsheets write rows of nothing but commas. */
function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === "");
}

/** The cells of one record (none for a blank line), `open` when a quote goes on, or what is wrong. */
function parseRecord(text: string): { cells: readonly string[] } | { problem: string } | "open" {
  try {
    return { cells: parse(text, LENIENT)[0] ?? [] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (error.code === "CSV_QUOTE_NOT_CLOSED") return "open";
    return { problem: `has a quote (") in the wrong place: ${shown(text)}` };
  }
}

/** All rows of a text; `null` when csv-parse stumbles anywhere. */
function tryParse(text: string): CsvRow[] | null {
  if (!text.includes('"')) return plainRows(text);
  const rows: CsvRow[] = [];
  const on_record = (cells: string[], { lines }: { lines: number }) => {
    const inner = cells.reduce((sum, cell) => sum + cell.split("\n").length - 1, 0);
    rows.push({ line: lines - inner, cells });
    return null;
  };
  try {
    parse(text, { ...LENIENT, on_record });
    return rows;
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

/** Without quotes a comma is always a border, and taking lines apart by it five times as fast. */
function plainRows(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() !== "") rows.push({ line: at + 1, cells: line.split(",") });
  }
  return rows;
}
