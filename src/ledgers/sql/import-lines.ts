import type { Failure } from "../../domain/failure.ts";
import type { ImportCounts, ImportLine } from "../importing.ts";
import { takeLine } from "./import.ts";
import { admit, ownerOf } from "./import-identity.ts";
import type { Steps } from "./steps.ts";

/** Thrown to undo a transaction. */
export class Refused extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Takes lines in, or throws {@link Refused}. Must run inside a transaction. */
export function* takeLines(place: string, lines: readonly ImportLine[], force: boolean): Steps<ImportCounts> {
  const counts = { added: 0, replaced: 0, same: 0, kept: 0, none: 0 };
  // Whoever writes beside us may have said whose ledger it is since the last time.
  const owner = yield* ownerOf();
  for (const line of lines) {
    const stranger = yield* admit(place, owner, line);
    if (stranger) throw new Refused(stranger);
    counts[yield* takeLine(line.row, force)] += 1;
  }
  const { none: _keysAlone, ...rows } = counts;
  return rows;
}
