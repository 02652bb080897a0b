import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openWorld } from "../helpers/world.ts";
import { expectCell } from "./expect-cell.ts";
import { PLAYED_CELLS } from "./local.ts";
import { playLocal } from "./play-local.ts";
import { SHOWN_CELLS } from "./shown.ts";

describe("a fault on this machine", () => {
  it.each(PLAYED_CELLS.filter(({ isSlow }) => !isSlow))(
    "is told, and ends as the table says: $place: $what",
    async (cell) => {
      expectCell(await playLocal(await openWorld(), cell), [cell.says, cell.code, cell.ledger]);
    },
  );
});

it.each(SHOWN_CELLS)("$by.file shows what is said of: $what", ({ by: { file, title } }) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  expect(text).toContain(`"${title}"`);
});
