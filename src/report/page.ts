import { EXIT_CODES } from "../domain/exit-codes.ts";
import { nextStep } from "../domain/failure.ts";
import { isReason } from "../domain/reasons.ts";
import { reportDocument, WITHOUT_SCRIPT } from "../pages/report/document.ts";
import { plotHtml } from "../pages/report/plot.ts";
import { safe } from "../pages/report/safe.ts";
import { type Column, card, section, tableHtml, tile, tilesHtml } from "../pages/report/table.ts";
import { count, cut, duration, oneLine, percent, perMinute, size } from "../reporters/format.ts";
import type { PacePoint, ReportedLane, RunRecord, Tallied } from "./record.ts";

/** What a page takes besides the record. */
export interface PageOptions {
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** Makes our sentences those of the user in front. */
  readonly wording: (text: string) => string;
}

/** A row of each lane is shown for so many. */
const MOST_LANES = 100;
const LONGEST_TEXT = 300;

/** A run as one HTML page that needs no network and holds no secret. Every text is escaped; its size does not grow with the run. */
export function runPage(record: RunRecord, { redact, wording }: PageOptions): string {
  const text = (given: string) => safe(cut(oneLine(redact(given)), LONGEST_TEXT));
  const next = (reason: string) => (isReason(reason) ? safe(wording(nextStep(reason))) : "");
  const show: Show = { text, next };
  const parts = [
    `<header><h1>${text(record.command)}</h1><p>${text(subtitle(record))}</p>${tiles(record)}</header>`,
    notes(record, show),
    sent(record, show),
    pace(record, show),
    lanes(record, show),
    waits(record, show),
    failures(record, show),
    phases(record),
    slowest(record, show),
  ];
  return reportDocument(`${oneLine(record.command)}, ${stamp(record.begun)}`, parts.join("\n"));
}

interface Show {
  readonly text: (given: string) => string;
  readonly next: (reason: string) => string;
}

function stamp(unixMs: number): string {
  return unixMs === 0 ? "no call" : `${new Date(unixMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function subtitle({ begun, durationMs, ledger, scale }: RunRecord): string {
  const clock = scale === 1 ? "" : ` \u00b7 clock ${scale} times faster than real time, figures scaled back`;
  return `${stamp(begun)} \u00b7 ${duration(durationMs)} \u00b7 ${ledger}${clock}`;
}

function tiles({ counts, perMinute: pace, successRate, exitCode }: RunRecord): string {
  const of = (name: string) => counts.find(([each]) => each === name)?.[1] ?? 0;
  const bad = of("failed") + of("unknown");
  const tried = of("ready") + of("weak") + bad > 0;
  return tilesHtml([
    tile(count(of("ready") + of("weak")), "got an id", "good"),
    tile(count(of("failed")), "failed", of("failed") > 0 ? "bad" : "plain"),
    tile(count(of("unknown")), "unknown", of("unknown") > 0 ? "doubt" : "plain"),
    tile(perMinute(pace), "media", "plain"),
    ...(tried ? [tile(percent(successRate), "success", bad > 0 ? "doubt" : "good")] : []),
    ...(exitCode === null
      ? []
      : [tile(`exit ${exitCode}`, meaning(exitCode), exitCode === 0 ? "good" : "doubt")]),
  ]);
}

function meaning(code: number): string {
  const known = EXIT_CODES.find(({ codes }) => codes.includes(code))?.means ?? "";
  return known.replace(/[;(].*$/s, "").trim();
}

function notes({ notes: all, why }: RunRecord, { text }: Show): string {
  const lines = [...(why === null ? [] : [`Stopped: ${why}`]), ...all];
  return lines
    .map((line) => `<p class="note">${text(line).replace(/`([^`]*)`/g, "<code>$1</code>")}</p>`)
    .join("");
}

const COUNTED: readonly Column[] = [{ head: "" }, { head: "Media", look: "a n" }];

function sent({ counts, kinds, ways, skips, bytes }: RunRecord, { text }: Show): string {
  const rows = (all: Tallied, about: string) =>
    all.map(([name, n]) => [`<span class="soft">${about}</span> ${text(name)}`, safe(count(n))]);
  const all = [
    ...rows(counts, "ended"),
    ...rows(kinds, "kind"),
    ...rows(ways, "by"),
    ...rows(skips, "skipped"),
    ...(!bytes ? [] : [['<span class="soft">size</span>', safe(size(bytes))]]),
  ];
  const inside = all.length === 0 ? '<p class="soft">Nothing was tried.</p>' : tableHtml(COUNTED, all);
  return section("What was sent", card(inside));
}

function pace({ pace: points, lanes: all, packed }: RunRecord, { text }: Show): string {
  const drawn = all.filter((lane) => lane.pace.length > 0);
  const plots = [
    ...(points.length > 0 ? [plotOf("All lanes", points, packed)] : []),
    ...(all.length > 1 ? drawn.map((lane) => plotOf(nameOf(lane), lane.pace, packed)) : []),
  ];
  if (plots.length === 0) return "";
  const about = `<p class="soft">${text("What was sent in the minute before, against what the pace of the lanes allowed.")}</p>`;
  return section("Pace", card(`${about}${WITHOUT_SCRIPT}<div class="plots">${plots.join("")}</div>`));
}

function nameOf({ bot, chat }: ReportedLane): string {
  return oneLine(`${bot} x ${chat}`);
}

const HOURS = { unit: "h", ms: 3_600_000, to: Number.POSITIVE_INFINITY };
/** What time is counted in up to so many milliseconds of it. */
const UNITS = [{ unit: "s", ms: 1_000, to: 600_000 }, { unit: "min", ms: 60_000, to: 36_000_000 }, HOURS];

function plotOf(title: string, points: readonly PacePoint[], packed: boolean): string {
  const { unit, ms } = UNITS.find((each) => (points.at(-1)?.at ?? 0) <= each.to) ?? HOURS;
  const x = (at: number) => at / ms;
  const allowed = points.flatMap((each) =>
    each.allowed === null ? [] : [[x(each.at), each.allowed] as const],
  );
  const curve = (of: "messages" | "media") => points.map((each) => [x(each.at), each[of]] as const);
  return plotHtml({
    title,
    x: { label: "time", unit },
    y: { label: "a minute", unit: "" },
    series: [
      ...(allowed.length > 0 ? [{ name: "allowed", limit: true, points: allowed }] : []),
      ...(packed ? [{ name: "media", points: curve("media") }] : []),
      { name: "messages", points: curve("messages") },
    ],
  });
}

const LANES: readonly Column[] = [
  { head: "" },
  { head: "Messages", look: "a n" },
  { head: "Pace", look: "n" },
  { head: "Flood waits", look: "n" },
  { head: "Asked to wait", look: "n" },
  { head: "" },
];

function lanes({ lanes: all }: RunRecord, { text }: Show): string {
  if (all.length === 0) return "";
  const rows = all
    .slice(0, MOST_LANES)
    .map((lane) => [
      text(nameOf(lane)),
      safe(count(lane.messages)),
      lane.perMinute === null ? "" : safe(perMinute(lane.perMinute)),
      safe(count(lane.floods)),
      lane.floodMs === null ? "" : safe(duration(lane.floodMs)),
      lane.out === null ? "" : text(`out: ${lane.out}`),
    ]);
  const more =
    all.length > MOST_LANES ? `<p class="note">+${count(all.length - MOST_LANES)} more lanes</p>` : "";
  return section("Lanes", card(`${tableHtml(LANES, rows)}${more}`));
}

const WAITS: readonly Column[] = [
  { head: "" },
  { head: "Times", look: "a n" },
  { head: "Together", look: "n" },
  { head: "Next" },
];

function waits({ waits: all }: RunRecord, { text, next }: Show): string {
  if (all.length === 0) return "";
  const rows = all.map(({ reason, count: times, ms, example }) => [
    `<code>${text(reason)}</code><br><span class="soft">${text(example)}</span>`,
    safe(count(times)),
    ms === null ? "" : safe(duration(ms)),
    next(reason),
  ]);
  return section("Waits: what was tried again", card(tableHtml(WAITS, rows)));
}

const FAILURES: readonly Column[] = [{ head: "" }, { head: "Media", look: "a n" }, { head: "Next" }];

function failures({ failures: all }: RunRecord, { text, next }: Show): string {
  if (all.length === 0) return "";
  const rows = all.map(({ status, reason, count: times, example, message }) => [
    `<span class="tag ${status === "failed" ? "bad" : "doubt"}">${text(status)}</span> <code>${text(reason)}</code><br><span class="soft">${text(message.startsWith(example) ? message : `${example}: ${message}`)}</span>`,
    safe(count(times)),
    next(reason),
  ]);
  return section("Failures and weak ids by reason", card(tableHtml(FAILURES, rows)));
}

const PHASES: readonly Column[] = [
  { head: "" },
  { head: "P50", look: "a n" },
  { head: "P95", look: "n" },
  { head: "P99", look: "n" },
];

function phases({ phases: all }: RunRecord): string {
  if (all.length === 0) return "";
  const rows = all.map(([name, { p50, p95, p99 }]) => [
    safe(name),
    ...[p50, p95, p99].map((ms) => safe(duration(ms))),
  ]);
  return section("Latency by phase", card(tableHtml(PHASES, rows)));
}

/** Keeps a name, its number and the unit on one line. */
const NO_BREAK = "\u00a0";

const SLOWEST: readonly Column[] = [
  { head: "" },
  { head: "Work", look: "a n" },
  { head: "Size", look: "n" },
  { head: "Of it, and before it", look: "word" },
];

function slowest({ slowest: all }: RunRecord, { text }: Show): string {
  if (all.length === 0) return "";
  const rows = all.map(({ key, bot, kind, bytes, ms, phases: parts }) => [
    `<code>${text(key)}</code><br><span class="soft">${text(`${kind} for ${bot}`)}</span>`,
    safe(duration(ms)),
    bytes === null ? "" : safe(size(bytes)),
    `<span class="soft">${safe(parts.map(([name, part]) => `${name} ${duration(part)}`.replaceAll(" ", NO_BREAK)).join(", "))}</span>`,
  ]);
  return section(
    `The ${all.length === 1 ? "slowest" : `${all.length} slowest`}`,
    card(tableHtml(SLOWEST, rows)),
  );
}
