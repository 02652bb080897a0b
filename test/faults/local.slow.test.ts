import { describe, it } from "vitest";
import { openWorld } from "../helpers/world.ts";
import { expectCell } from "./expect-cell.ts";
import { isPlayable, PLAYED_CELLS } from "./local.ts";
import { playLocal } from "./play-local.ts";

describe("a fault on this machine is told, and ends as the table says", () => {
  for (const cell of PLAYED_CELLS.filter(({ isSlow }) => isSlow)) {
    const needs = cell.needs ? ` (needs \`${cell.needs}\`)` : "";
    it.skipIf(!isPlayable(cell))(`${cell.place}: ${cell.what}${needs}`, async () => {
      expectCell(await playLocal(await openWorld(), cell), [cell.says, cell.code, cell.ledger]);
    });
  }
});
