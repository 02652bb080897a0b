import type { Failure } from "../../domain/failure.ts";
import type { ImportCounts, ImportLine } from "../importing.ts";
import { contentOf, takeLine } from "./import.ts";
import { admit, ownerOf } from "./import-identity.ts";
import { type ImportChanges, ImportPortion } from "./import-portion.ts";
import type { Steps } from "./steps.ts";

/** Thrown to undo a transaction. */
export class Refused extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

interface TakeRule {
  readonly force: boolean;
  /** Writes what lines come to. */
  readonly write: (changes: ImportChanges) => Steps<void>;
}

/**
 * Takes lines in, or throws {@link Refused}: what is there of them is read at once, each is decided as if those before it were written,
 * and what they come to is written at once. Must run inside a transaction.
 */
export function* takeLines(
  place: string,
  lines: readonly ImportLine[],
  { force, write }: TakeRule,
): Steps<ImportCounts> {
  const counts = { added: 0, replaced: 0, same: 0, kept: 0, none: 0 };
  // Whoever writes beside us may have said whose ledger it is since the last time.
  const owner = yield* ownerOf();
  const portion = new ImportPortion();
  yield* portion.foresee(lines.map(({ row }) => ({ ...row, content: contentOf(row) })));
  for (const line of lines) {
    const stranger = yield* admit(place, owner, line);
    if (stranger) throw new Refused(stranger);
    counts[yield* takeLine(portion, line.row, force)] += 1;
  }
  yield* write(portion.changes);
  const { none: _keysAlone, ...rows } = counts;
  return rows;
}
