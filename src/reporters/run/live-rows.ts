import type { ChalkInstance } from "chalk";
import type { Snapshot } from "../../figures/snapshot.ts";
import { count, cut, duration, percent } from "../format.ts";
import { laneRows } from "./lane-rows.ts";
import { knownTotal, latencyText } from "./plain.ts";
import { shortWaitingText, waitingText } from "./waiting.ts";

export interface View {
  /** Cells and lines at hand. */
  readonly width: number;
  readonly height: number;
  /** The moment of the engine's clock at which the view began. */
  readonly since: number;
  readonly colour: ChalkInstance;
}

const [WIDEST_CELL, NARROWEST_CELL] = [26, 19];
const LABEL_WIDTH = 12;
/** Those that keep what belongs together in one row, widest first. */
const COLUMNS = [5, 3, 2];

/** What stands behind the bar: share, count, ETA. */
export function progressText(run: Snapshot): string {
  const known = knownTotal(run);
  if (run.concurrency === 0) return "trying the lanes";
  if (known === 0 && !run.sourceEnded) return "reading what there is to warm";
  const share = run.sourceEnded && known > 0 ? `${percent(run.total / known)}  ` : "";
  const eta = run.etaMs === null ? "ETA --" : `ETA ${duration(run.etaMs)}`;
  return `${share}${count(run.total)}/${count(known)}${run.sourceEnded ? "" : "+"}  ${eta}`;
}

/** Figures as cells, as many columns of them as the width takes. */
function grid(run: Snapshot, { width, colour, since }: View): string[] {
  const { ready, skipped, weak, failed, unknown } = run.counts;
  const plain = (text: string) => text;
  const alarm = (value: number, style: (text: string) => string) => (value > 0 ? style : plain);
  const cells: [label: string, value: string, style: (text: string) => string][] = [
    ["media/min", run.tried === 0 ? "-" : run.recentPerMinute.toFixed(1), colour.bold],
    ["MB/s", run.tried === 0 ? "-" : (run.recentBytesPerSecond / 1e6).toFixed(2), colour.bold],
    ["success", run.tried === 0 ? "-" : percent(run.successRate), alarm(1 - run.successRate, colour.yellow)],
    ["P50", latencyText(run, "p50"), plain],
    ["P95", latencyText(run, "p95"), plain],
    ["P99", latencyText(run, "p99"), plain],
    ["ready", count(ready), alarm(ready, colour.green)],
    ["skipped", count(skipped), plain],
    ["weak", count(weak), alarm(weak, colour.yellow)],
    ["failed", count(failed), alarm(failed, colour.red)],
    ["unknown", count(unknown), alarm(unknown, colour.yellow)],
    ["flood waits", count(run.floodWaits), alarm(run.floodWaits, colour.yellow)],
    ["queue", count(run.depth), plain],
    ["active", waitingText(run) === null ? `${run.active}/${run.concurrency}` : "waiting", plain],
    ["elapsed", duration(run.now - since), plain],
  ];
  const columns =
    COLUMNS.find((number) => number * WIDEST_CELL <= width) ?? (width >= 2 * NARROWEST_CELL ? 2 : 1);
  const cell = Math.min(WIDEST_CELL, Math.max(NARROWEST_CELL, Math.floor(width / columns)));
  const rows: string[] = [];
  for (let at = 0; at < cells.length; at += columns) {
    const row = cells.slice(at, at + columns).map(([label, value, style]) => {
      const shown = cut(value, cell - LABEL_WIDTH - (columns > 1 ? 0 : 1));
      return colour.dim(label.padEnd(LABEL_WIDTH)) + style(shown.padEnd(cell - LABEL_WIDTH));
    });
    rows.push(row.join("").trimEnd());
  }
  return rows;
}

/** All rows below the bar: figures, why nothing moves, then lanes, in no more lines than there are. */
export function liveRows(run: Snapshot, view: View): string[] {
  const figures = grid(run, view).slice(0, Math.max(0, view.height));
  const left = view.height - figures.length - 1;
  const waiting = shortWaitingText(run, view.width);
  const lanes = laneRows(run.lanes, { now: run.now, width: view.width, height: left, colour: view.colour });
  if (left < 0) return figures;
  return lanes.length === 0 && waiting === "" ? figures : [...figures, view.colour.dim(waiting), ...lanes];
}
