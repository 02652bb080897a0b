import { describe, it } from "vitest";
import type { Cell } from "./cell.ts";
import { expectCell } from "./expect-cell.ts";
import { isQuick, QUICK_PLACES, WAITS, WIRE_PLACES, type WirePlace, type WirePlaceName } from "./places.ts";
import { playWire, type Times } from "./play.ts";
import { WIRE_FAULTS, type WireFault, type WireFaultName } from "./wire-faults.ts";

const AT_ONCE = 8;
type Played = readonly [WireFaultName, Cell];

/** Plays cells a few at a time, since they wait for most of their time; those without a name to find one by one. */
async function playAll(name: WirePlaceName, cells: readonly Played[], times: Times): Promise<void> {
  const play = async ([fault, cell]: Played) => {
    const isOnce = times === "once" && cell[3] !== undefined;
    const [says, code, ledger] = cell;
    const played = await playWire(name, fault, times);
    if (isOnce) expectOnce(played, cell[3] ?? "", fault);
    else expectCell(played, [says, code, ledger]);
  };
  const isAlone = ([fault]: Played) => (WIRE_FAULTS[fault] as WireFault).away === "unknown name";
  for (const cell of cells.filter(isAlone)) await play(cell);
  const rest = cells.filter((cell) => !isAlone(cell));
  for (let at = 0; at < rest.length; at += AT_ONCE) await Promise.all(rest.slice(at, at + AT_ONCE).map(play));
}

function expectOnce(
  { code, ledger }: { code: number | null; ledger: string },
  wanted: string,
  fault: string,
): void {
  if (`${code}: ${ledger}` !== wanted) throw new Error(`${fault} once: ${code}: ${ledger}, not ${wanted}`);
}

const PLACES = Object.entries(WIRE_PLACES) as [WirePlaceName, WirePlace][];
const cellsOf = (place: WirePlace) => Object.entries(place.cells) as [WireFaultName, Cell][];
const isWait = (place: WirePlace, fault: WireFaultName) =>
  place.speech === "bot-api" && WAITS.includes(fault);

describe.each(PLACES)("faults at %s", (name, place) => {
  const quick = QUICK_PLACES.includes(name) ? [] : cellsOf(place).filter(([fault]) => isQuick(place, fault));
  it.each(quick)("%s is told, and ends as the table says", async (fault, cell) => {
    await playAll(name, [[fault, cell]], "always");
  });

  it("are told that take seconds", async () => {
    const slow = cellsOf(place).filter(([fault]) => !isQuick(place, fault) && !isWait(place, fault));
    await playAll(name, slow, "always");
  });

  it("that happen once are overcome, or end as the table says", async () => {
    const once = cellsOf(place).filter(([fault, cell]) => cell[3] !== undefined || isWait(place, fault));
    await playAll(name, once, "once");
  });
});
