import { setTimeout as pause } from "node:timers/promises";
import type { Failure } from "../domain/failure.ts";
import type { ImportCounts, ImportingLedger, ImportLine } from "../ledgers/importing.ts";
import type { RawEntry } from "../sources/manifest-entry.ts";
import { type BadLine, readLine } from "./read.ts";

/** Lines of one transaction. Beside whoever holds the ledger it takes some milliseconds, for which they may have to wait. */
const LINES_AT_ONCE = { beside: 250, alone: 2_000 };

/** What became of a file. */
export interface Imported extends ImportCounts {
  /** Lines that could not be read. */
  readonly bad: number;
  /** Why the rest of the file was refused; what was counted before is in the ledger. */
  readonly refused: Failure | null;
}

interface TakeOptions {
  readonly isCsv: boolean;
  readonly force: boolean;
  /** UTC text. */
  readonly now: string;
  readonly onBad: (line: BadLine) => void;
}

/**
 * Takes the lines of a file into a ledger, in short transactions; between two of them, others who write have their turn. Ends at
 * the first line that is of another bot, bucket or world. Throws LedgerError, and SourceFailed where the file cannot be read.
 */
export async function takeIn(
  pages: AsyncIterable<readonly RawEntry[]>,
  ledger: ImportingLedger,
  { isCsv, force, now, onBad }: TakeOptions,
): Promise<Imported> {
  const total = { added: 0, replaced: 0, same: 0, kept: 0, bad: 0 };
  for await (const page of pages) {
    const read = page.map((raw) => readLine(raw, { isCsv, now }));
    for (const line of read) if ("problem" in line) onBad(line);
    const lines = read.filter((each): each is ImportLine => "row" in each);
    total.bad += read.length - lines.length;
    for await (const taken of takePage(lines, ledger, force)) {
      if ("reason" in taken) return { ...total, refused: taken };
      for (const name of ["added", "replaced", "same", "kept"] as const) total[name] += taken[name];
    }
  }
  return { ...total, refused: null };
}

async function* takePage(lines: readonly ImportLine[], ledger: ImportingLedger, force: boolean) {
  for (let at = 0; at < lines.length; ) {
    const held = await ledger.isHeld();
    const some = lines.slice(at, at + LINES_AT_ONCE[held ? "beside" : "alone"]);
    at += some.length;
    yield await inTurn(held, () => ledger.take(some, force));
  }
}

/** Beside somebody who writes, with as long a pause after it as the work took. */
async function inTurn<T>(held: boolean, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  if (held) await pause(Math.ceil(performance.now() - began));
  return result;
}
