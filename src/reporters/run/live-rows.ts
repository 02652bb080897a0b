import type { ChalkInstance } from "chalk";
import type { Snapshot } from "../../figures/snapshot.ts";
import { count, cut, duration, percent } from "../format.ts";
import { laneRows } from "./lane-rows.ts";
import { knownTotal } from "./plain.ts";

export interface View {
  /** Characters and lines at hand. */
  readonly width: number;
  readonly height: number;
  readonly colour: ChalkInstance;
}

const CELL_WIDTH = 26;
const LABEL_WIDTH = 12;
/** Those that keep what belongs together in one row, widest first. */
const COLUMNS = [5, 3, 2];

/** What stands behind the bar: share, count, ETA. */
export function progressText(run: Snapshot): string {
  const known = knownTotal(run);
  const share = run.sourceEnded && known > 0 ? `${percent(run.total / known)}  ` : "";
  const eta = run.etaMs === null ? "ETA --" : `ETA ${duration(run.etaMs)}`;
  return `${share}${count(run.total)}/${count(known)}${run.sourceEnded ? "" : "+"}  ${eta}`;
}

/** Figures as cells, as many columns of them as the width takes. */
function grid(run: Snapshot, { width, colour }: View): string[] {
  const { ready, skipped, weak, failed, unknown } = run.counts;
  const plain = (text: string) => text;
  const alarm = (value: number, style: (text: string) => string) => (value > 0 ? style : plain);
  const cells: [label: string, value: string, style: (text: string) => string][] = [
    ["media/min", run.recentPerMinute.toFixed(1), colour.bold],
    ["MB/s", (run.recentBytesPerSecond / 1e6).toFixed(2), colour.bold],
    ["success", percent(run.successRate), alarm(1 - run.successRate, colour.yellow)],
    ["P50", duration(run.latency.p50), plain],
    ["P95", duration(run.latency.p95), plain],
    ["P99", duration(run.latency.p99), plain],
    ["ready", count(ready), alarm(ready, colour.green)],
    ["skipped", count(skipped), plain],
    ["weak", count(weak), alarm(weak, colour.yellow)],
    ["failed", count(failed), alarm(failed, colour.red)],
    ["unknown", count(unknown), alarm(unknown, colour.yellow)],
    ["flood waits", count(run.floodWaits), alarm(run.floodWaits, colour.yellow)],
    ["queue", count(run.depth), plain],
    ["active", `${run.active}/${run.concurrency}`, plain],
    ["elapsed", duration(run.durationMs), plain],
  ];
  const columns = COLUMNS.find((number) => number * CELL_WIDTH <= width) ?? 1;
  const rows: string[] = [];
  for (let at = 0; at < cells.length; at += columns) {
    const row = cells.slice(at, at + columns).map(([label, value, style]) => {
      const shown = cut(value, CELL_WIDTH - LABEL_WIDTH - 1);
      return colour.dim(label.padEnd(LABEL_WIDTH)) + style(shown.padEnd(CELL_WIDTH - LABEL_WIDTH));
    });
    rows.push(row.join("").trimEnd());
  }
  return rows;
}

/** All rows below the bar: figures, then lanes, in no more lines than there are. */
export function liveRows(run: Snapshot, view: View): string[] {
  const figures = grid(run, view).slice(0, Math.max(0, view.height));
  const left = view.height - figures.length - 1;
  const lanes = laneRows(run.lanes, { now: run.now, width: view.width, height: left, colour: view.colour });
  return lanes.length === 0 ? figures : [...figures, "", ...lanes];
}
