import { createHash, type Hash } from "node:crypto";
import type { Table } from "../sql/schema.ts";
import { momentOf } from "./moment-of.ts";
import { isMoment, typeOf } from "./schema.ts";

/** A cell as it is compared and copied: a flag is true or false, a moment UTC text. */
export type CopiedCell = string | number | boolean | null;
/** A row as either database gives it. */
export type FoundRow = Readonly<Record<string, CopiedCell>>;

/** The columns of a table that are copied. Ids of media are of each database itself: nothing else names them. */
export function copiedColumns({ name, columns }: Table): Table["columns"] {
  return name.startsWith("media_") ? columns.filter((column) => column.name !== "id") : columns;
}

/** The cells of a row in the order of the columns, alike whichever database they come from. */
export function cellsOf(table: Table, row: FoundRow): CopiedCell[] {
  return copiedColumns(table).map((column) => {
    const value = row[column.name] ?? null;
    if (value === null) return null;
    if (isMoment(column)) return momentOf(typeof value === "boolean" ? null : value);
    if (typeOf(column) === "boolean") return Boolean(value);
    return column.type === "text" ? String(value) : Number(value);
  });
}

/** What tells a row from the others of its table. */
export function keyOf(table: Table, cells: readonly CopiedCell[]): string {
  const names = copiedColumns(table).map(({ name }) => name);
  return JSON.stringify(table.unique.map((name) => cells[names.indexOf(name)]));
}

/** A checksum of rows, all columns of each, in their order. */
export class RowsChecksum {
  readonly #hash: Hash = createHash("sha256");

  add(table: string, cells: readonly CopiedCell[]): void {
    this.#hash.update(`${table} ${JSON.stringify(cells)}\n`);
  }

  /** 64 hex digits. */
  end(): string {
    return this.#hash.digest("hex");
  }
}
