import { expect } from "vitest";
import type { Cell } from "./cell.ts";
import type { Played } from "./play.ts";

const NOTHING = "nothing";
/** Behind what and where stands what to do; of a file that holds a mistake its place says that. */
const NEXT_STEP = /\. Next: \S|; \S| at line \d+$/;

/** Holds what was played against its cell, and against what is promised of every failure. */
export function expectCell({ ended, lines, says, code, ledger }: Played, cell: Cell): void {
  const [wanted, wantedCode, wantedLedger] = cell;
  expect({ says, code, ledger }).toEqual({ says: wanted, code: wantedCode, ledger: wantedLedger });
  expectDecent(ended);
  if (wanted === NOTHING) expect(lines).toEqual([]);
  else for (const line of lines) expect(line).toMatch(NEXT_STEP);
}

/** No trace of a crash and no value that is none, whatever happened. */
function expectDecent({ stderr }: { readonly stderr: string }): void {
  expect(stderr).not.toMatch(/^\s+at .+:\d+|unexpected error|UnhandledPromise|node:internal/m);
  expect(stderr).not.toMatch(/\b(?:undefined|NaN|\[object)\b/);
}
