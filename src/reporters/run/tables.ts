import type { ChalkInstance } from "chalk";
import { nextStep } from "../../domain/failure.ts";
import type { ItemStatus } from "../../domain/outcome.ts";
import type { Percentiles, ReasonCount, Snapshot } from "../../figures/snapshot.ts";
import { count, cut, duration, oneLine, percent, perMinute, size } from "../format.ts";
import { type Cell, type Drawing, right, table } from "../table.ts";
import { laneName, laneState } from "./lane-rows.ts";

export interface TableOptions extends Drawing {
  /** Characters a line; tables keep within 60 to 120. */
  readonly width: number;
  /** What the user types for this kind of run: `prewarm run`, with `--sandbox` where it was one. */
  readonly command: string;
  /** The run was stopped before its source was used up. */
  readonly stopped: boolean;
}

const [NARROWEST, WIDEST] = [60, 120];
const MOST_LANES = 40;

function headline(run: Snapshot, { colour }: TableOptions): string {
  const items = colour.bold(`${count(run.total)} items in ${duration(run.durationMs)}`);
  return [
    `${items}: ${perMinute(run.perMinute)}`,
    size(run.bytes),
    `success rate ${percent(run.successRate)}`,
    `flood waits ${count(run.floodWaits)}`,
  ].join(", ");
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
  const isBare = statuses.every((status) => about(status, run) === "");
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
  const rows: Cell[][] = run.lanes
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

/** What ended badly for one reason, and what to do about it. */
export interface TroubleRow {
  readonly status: string;
  readonly reason: string;
  readonly class: string | null;
  readonly count: number;
  /** A key, or a place in a manifest. */
  readonly example: string | null;
  readonly next: string;
}

/** Troubles with an example and the way out, as wide as the screen; `unit` is what is counted, `more` a last line. */
export function troubleTable(
  troubles: readonly TroubleRow[],
  options: Pick<TableOptions, "colour" | "plain" | "width">,
  { unit, more }: { unit: string; more?: readonly [what: string, where: string] | undefined },
): string | null {
  if (troubles.length === 0) return null;
  const width = Math.max(NARROWEST, Math.min(WIDEST, options.width - 1));
  const colWidths = [25, 9, width - 25 - 9 - 4];
  const inner = (colWidths[2] ?? 0) - 2;
  const rows = troubles.map((trouble): Cell[] => [
    `${trouble.status}\n${trouble.reason}${trouble.class ? `\n(${trouble.class})` : ""}`,
    right(count(trouble.count)),
    `${trouble.example === null ? "" : `${cut(`e.g. ${oneLine(trouble.example)}`, inner)}\n`}${trouble.next}`,
  ]);
  if (more) rows.push([more[0], "", more[1]]);
  return table(["trouble", right(unit), "example and what to do"], rows, options, { colWidths, lined: true });
}

function troubles(run: Snapshot, options: TableOptions): string | null {
  const rows = run.reasons.map((reason) => ({ ...reason, next: nextStep(reason.reason) }));
  return troubleTable(rows, options, { unit: "items" });
}

/** Failures that the ledger knows nothing of: their keys cannot be had from it. */
function isInLedger({ class: failureClass }: ReasonCount): boolean {
  return failureClass !== "config";
}

/** The command to run next: to go on after a stop, else to see to what failed; `null` when nothing is left. */
export function nextCommand(
  run: Snapshot,
  { command, stopped }: Pick<TableOptions, "command" | "stopped">,
): string | null {
  const has = (status: ReasonCount["status"]) =>
    run.reasons.some((reason) => reason.status === status && isInLedger(reason));
  const only = (["failed", "unknown"] as const).filter(has);
  if (only.length > 0 && !stopped) return `${command} --only ${only.join(",")}`;
  return stopped || run.counts.failed > 0 ? command : null;
}

/**
 * The end of a run for people: figures, results, times by phase, lanes, troubles with an example and the way out, and as the last
 * line the command to run next. Ends with a line end.
 */
export function finalTables(run: Snapshot, options: TableOptions): string {
  const next = nextCommand(run, options);
  const parts = [
    headline(run, options),
    results(run, options),
    latencies(run, options),
    lanes(run, options),
    troubles(run, options),
    next && `Next: ${options.colour.bold(next)}`,
  ];
  return `${parts.filter((part) => part !== null).join("\n")}\n`;
}
