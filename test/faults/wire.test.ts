import { describe, it } from "vitest";
import type { Cell } from "./cell.ts";
import { expectCell } from "./expect-cell.ts";
import { isQuick, QUICK_PLACES, WIRE_PLACES, type WirePlace } from "./places.ts";
import { playWire } from "./play.ts";
import type { WireFaultName } from "./wire-faults.ts";

/** The other places, and what waits for something real, are in table.large.test.ts. */
describe.each(QUICK_PLACES)("a fault at %s", (name) => {
  const place: WirePlace = WIRE_PLACES[name];
  const all = Object.entries(place.cells) as [WireFaultName, Cell][];
  const quick = all.filter(([fault]) => isQuick(place, fault));
  it.each(quick)("%s is told, and ends as the table says", async (fault, cell) => {
    expectCell(await playWire(name, fault, "always"), cell);
  });
});
