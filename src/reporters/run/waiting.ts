import type { Snapshot } from "../../figures/snapshot.ts";
import { cells } from "../cells.ts";
import { count, cut, duration } from "../format.ts";

/** The same in at most `width` cells. */
export function shortWaitingText(run: Snapshot, width: number): string {
  const text = waitingText(run) ?? "";
  return cells(text) <= width ? text : cut(text.replace(" for Telegram's pace", ""), width);
}

/** Why nothing is under way although there is work, in a phrase; null where something is, or there is none. */
export function waitingText({ active, depth, concurrency, nextCallMs, looking }: Snapshot): string | null {
  if (active === 0 && looking !== null) {
    const objects = looking.left === 1 ? "1 object" : `${count(looking.left)} objects`;
    return `looking for lost messages of ${objects} (${count(looking.looks)} asked for)`;
  }
  if (active > 0 || depth === 0 || concurrency === 0) return null;
  if (nextCallMs === 0) return "waiting before the next try";
  return `waiting for Telegram's pace${nextCallMs === null ? "" : ` (next in ${duration(nextCallMs)})`}`;
}
