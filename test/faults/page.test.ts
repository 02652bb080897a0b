import { expect, it } from "vitest";
import { page } from "./page.ts";
import { WIRE_PLACES, type WirePlace } from "./places.ts";
import { WIRE_FAULTS } from "./wire-faults.ts";

const ANEW =
  "docs/what-if.md is not what the table says; write it anew: npx vitest run --config test/vitest.config.ts test/faults/page.test.ts -u";

it("the page of faults says what the table does", async () => {
  await expect(page(), ANEW).toMatchFileSnapshot("../../docs/what-if.md");
});

it.each(Object.values(WIRE_PLACES) as WirePlace[])(
  "every fault has a cell, or cannot be: $what",
  ({ cells, without }) => {
    expect([...Object.keys(cells), ...without].sort()).toEqual(Object.keys(WIRE_FAULTS).sort());
  },
);
