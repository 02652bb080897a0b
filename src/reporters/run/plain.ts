import type { Writable } from "node:stream";
import type { Emitter } from "../../domain/events.ts";
import type { Figures, Percentiles, Snapshot } from "../../figures/snapshot.ts";
import { count, duration, percent, perMinute, perSecond } from "../format.ts";
import type { Reporter } from "../reporter.ts";
import { type MessageOptions, writeMessages } from "./messages.ts";
import { waitingText } from "./waiting.ts";

/** Real time, whatever the engine's clock does: it is for the reader. */
const EVERY_MS = 5_000;

/** What is known to be asked for so far; it grows until the source has ended. */
export function knownTotal(run: Snapshot): number {
  return Math.max(run.read, run.total + run.depth + run.active);
}

/** A percentile of the work; `-` before anything was measured. */
export function latencyText({ latency }: Snapshot, at: keyof Percentiles): string {
  return latency.p99 === 0 ? "-" : duration(latency[at]);
}

/** Where a run stands, in one line. */
function statusLine(run: Snapshot): string {
  const { ready, skipped, weak, failed, unknown } = run.counts;
  const known = knownTotal(run);
  const share = run.sourceEnded && known > 0 ? ` (${percent(run.total / known)})` : "";
  return [
    `${count(run.total)} of ${count(known)}${run.sourceEnded ? "" : " or more"}${share}`,
    `ready ${count(ready)}, skipped ${count(skipped)}, weak ${count(weak)}, failed ${count(failed)}, unknown ${count(unknown)}`,
    `${perMinute(run.recentPerMinute)}, ${perSecond(run.recentBytesPerSecond)}`,
    `P50 ${latencyText(run, "p50")}, P95 ${latencyText(run, "p95")}`,
    `queue ${count(run.depth)}, ${waitingText(run) ?? `active ${run.active}/${run.concurrency}`}, flood waits ${count(run.floodWaits)}`,
    run.etaMs === null ? "ETA not known yet" : `ETA ${duration(run.etaMs)}`,
  ].join(" | ");
}

/** Messages as they happen and, unless quiet or `progress` is off, a status line every five seconds. Moves no cursor. */
export function plainReporter(
  events: Emitter,
  figures: Figures,
  options: MessageOptions & { readonly stream: Writable; readonly progress: boolean },
): Reporter {
  let isOpen = true;
  options.stream.on("error", () => {
    isOpen = false;
  });
  const write = (line: string) => {
    if (isOpen) options.stream.write(`${line}\n`);
  };
  writeMessages(events, (line, style) => write(style(line)), options);
  if (options.quiet || !options.progress) return { stop: () => {} };
  const timer = setInterval(() => write(statusLine(figures.snapshot())), EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
