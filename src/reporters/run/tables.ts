import type { ChalkInstance } from "chalk";
import { nextStep } from "../../domain/failure.ts";
import type { ItemStatus } from "../../domain/outcome.ts";
import { asWritten } from "../../domain/wording.ts";
import type { Percentiles, Snapshot } from "../../figures/snapshot.ts";
import { count, cut, duration, fold, percent, perMinute, size } from "../format.ts";
import { nextLine } from "../next-line.ts";
import { reasonTable } from "../reason-table.ts";
import { type Canvas, right, type TableCell, table } from "../table.ts";
import { type EndingOptions, failuresText, idsText, nextCommand } from "./ending.ts";
import { laneName, laneState } from "./lane-rows.ts";
import { lostLines } from "./lost-lines.ts";
import { outTable } from "./out-table.ts";

export interface TableOptions extends Canvas, EndingOptions {}

const MOST_LANES = 40;

function headline(run: Snapshot, { colour }: TableOptions): string {
  const items = colour.bold(
    `${run.total === 1 ? "1 item" : `${count(run.total)} items`} in ${duration(run.durationMs)}`,
  );
  if (run.tried === 0) return `${items}: nothing had to be sent`;
  return [
    `${items}: ${perMinute(run.perMinute)}`,
    size(run.bytes),
    `success rate ${percent(run.successRate)}`,
    `flood waits ${count(run.floodWaits)}`,
  ].join(", ");
}

function folded(text: string | null, { width, wording = asWritten }: TableOptions): string | null {
  return text === null ? null : fold(wording(text), width - 1, "  ").join("\n");
}

/** Below this a forecast is not worth comparing. */
const WORTH_COMPARING_MS = 5_000;

const LIMITS: Readonly<Record<Snapshot["limit"], string>> = {
  lanes: ": the limit was the lanes",
  concurrency: ": the limit was concurrency",
  bandwidth: ": the limit was bandwidth",
  none: "",
};

/** What became of the forecast; null where there was none, or the run did not come to its end. */
function comparison({ forecast, durationMs, perMinute: pace, limit }: Snapshot, { stopped }: TableOptions) {
  if (stopped || !forecast?.etaSeconds || durationMs < WORTH_COMPARING_MS) return null;
  const packs = forecast.withPacks === null ? "" : `, with packs up to ${perMinute(forecast.withPacks)}`;
  const said = `forecast ${duration(forecast.etaSeconds * 1000)} (${perMinute(forecast.perMinute)}${packs})`;
  return `${said}; took ${duration(durationMs)} (${perMinute(pace)})${LIMITS[limit]}`;
}

function about(status: ItemStatus, run: Snapshot): string {
  const left = status === "failed" ? run.leftFailed : status === "unknown" ? run.leftUnknown : 0;
  if (left > 0) return `${count(left)} of them from earlier runs, left alone`;
  if (status !== "skipped") return "";
  return [...run.skips].map(([reason, times]) => `${reason} ${count(times)}`).join(", ");
}

function results(run: Snapshot, options: TableOptions): string {
  const { colour } = options;
  const style: Record<ItemStatus, ChalkInstance> = {
    ready: colour.green,
    skipped: colour,
    weak: colour.yellow,
    failed: colour.red,
    unknown: colour.yellow,
  };
  const statuses: ItemStatus[] = ["ready", "skipped", "weak", "failed", "unknown"];
  const rows = statuses.map((status) => {
    const paint = run.counts[status] > 0 ? style[status] : colour.dim;
    return [paint(status), right(paint(count(run.counts[status]))), about(status, run)];
  });
  if (run.filtered > 0)
    rows.push([
      colour.dim("filtered"),
      right(colour.dim(count(run.filtered))),
      "left out by --include, --exclude or --kind",
    ]);
  const isBare = run.filtered === 0 && statuses.every((status) => about(status, run) === "");
  return isBare
    ? table(
        ["result", right("items")],
        rows.map((row) => row.slice(0, 2)),
        options,
      )
    : table(["result", right("items"), ""], rows, options);
}

function latencies(run: Snapshot, options: TableOptions): string | null {
  if (run.latency.p99 === 0 && run.queueWait.p99 === 0) return null;
  const phases: [name: string, times: Percentiles][] = [
    ["download + send", run.latency],
    ["  download", run.download],
    ["  send", run.send],
    ["waiting in the queue", run.queueWait],
    ["waiting for a lane", run.laneWait],
  ];
  const rows = phases.map(([name, { p50, p95, p99 }]) => [
    name,
    ...[p50, p95, p99].map((ms) => right(duration(ms))),
  ]);
  return table(["time", right("P50"), right("P95"), right("P99")], rows, options);
}

function lanes(run: Snapshot, options: TableOptions): string | null {
  if (run.lanes.length === 0) return null;
  const rows: TableCell[][] = run.lanes
    .slice(0, MOST_LANES)
    .map((lane) => [
      cut(laneName(lane), 32),
      right(perMinute(lane.perMinute)),
      right(count(lane.sent)),
      laneState(lane, run.now),
    ]);
  const hidden = run.lanes.length - rows.length;
  if (hidden > 0) rows.push([`+${hidden} more lanes`, "", "", ""]);
  return table(["lane (bot x chat)", right("pace"), right("sent"), "state"], rows, options);
}

function reasons(run: Snapshot, options: TableOptions): string | null {
  const rows = run.reasons.map((row) => {
    const next = nextStep(row.reason);
    // What came back is what the advice is about.
    return { ...row, next: row.status === "weak" && row.message !== "" ? `${row.message}: ${next}` : next };
  });
  return reasonTable(rows, options, { unit: "items" });
}

/**
 * The end of a run for people: figures, results, times by phase, lanes, troubles with an example and the way out, and as the last
 * line the command to run next. Ends with a line end.
 */
export function finalTables(run: Snapshot, options: TableOptions): string {
  const next = nextCommand(run, options);
  const parts = [
    folded(headline(run, options), options),
    folded(comparison(run, options), options),
    results(run, options),
    ...lostLines(run, { ...options, nowMs: Date.now() }).map((line) => folded(line, options)),
    latencies(run, options),
    lanes(run, options),
    outTable(run, options),
    reasons(run, options),
    failuresText(run, options),
    idsText(run, options),
    next && nextLine(next, options),
  ];
  return `${parts.filter((part) => part !== null).join("\n")}\n`;
}
