import type { Writable } from "node:stream";
import type { CheckPlan } from "../../domain/check-plan.ts";
import type { Emitter } from "../../domain/events.ts";
import type { CheckSnapshot } from "../../figures/check-tally.ts";
import { count, cut, duration, perMinute } from "../format.ts";
import type { Reporter } from "../reporter.ts";
import { type MessageOptions, writeMessages } from "../run/messages.ts";
import { checkPlanSentences } from "./text.ts";

export interface CheckProgressOptions extends MessageOptions {
  readonly stream: Writable & { readonly columns?: number | undefined };
  /** A line that is written over, a line now and then, or messages alone. */
  readonly screen: "live" | "plain" | "messages";
  readonly ledger: string;
  readonly snapshot: () => CheckSnapshot;
}

/** Real milliseconds between two states of the line that is written over, and between two lines elsewhere. */
const [LIVE_MS, PLAIN_MS] = [125, 5_000];
const CLEAR_LINE = "\r\u001b[2K";

/** Messages as they happen, and how far the check has come. */
export function checkProgress(events: Emitter, options: CheckProgressOptions): Reporter {
  const { stream, screen, quiet, colour, ledger, snapshot } = options;
  const isLive = screen === "live";
  let isOpen = true;
  let plan: CheckPlan | null = null;
  stream.on("error", () => {
    isOpen = false;
  });
  const write = (text: string) => {
    if (isOpen) stream.write(text);
  };
  const line = () => stateText(snapshot(), plan);
  const draw = () => write(`${CLEAR_LINE}${cut(line(), (stream.columns || 80) - 1)}`);
  writeMessages(
    events,
    (text, style) => {
      write(`${isLive ? CLEAR_LINE : ""}${style(text)}\n`);
      if (isLive && plan) draw();
    },
    options,
  );
  events.on("checking", (found) => {
    plan = found;
    if (quiet) return;
    for (const text of checkPlanSentences(found, ledger))
      write(`${isLive ? CLEAR_LINE : ""}${colour(text)}\n`);
  });
  if (quiet || screen === "messages") return { stop: () => {} };
  const timer = setInterval(isLive ? draw : () => write(`${line()}\n`), isLive ? LIVE_MS : PLAIN_MS);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      if (isLive) write(CLEAR_LINE);
    },
  };
}

function stateText(
  { total, counts, calls, floodWaits, durationMs }: CheckSnapshot,
  plan: CheckPlan | null,
): string {
  if (plan === null) return "reading the ledger";
  const { deleted, changed, dead, unchecked } = counts;
  const pace = durationMs > 0 ? (total * 60_000) / durationMs : 0;
  const left = pace > 0 ? duration(((plan.ids - total) / pace) * 60_000) : "--";
  return [
    `${count(total)} of ${count(plan.ids)}`,
    `deleted ${count(deleted)}, changed ${count(changed)}, dead ${count(dead)}, unchecked ${count(unchecked)}`,
    `${perMinute(pace)}, questions ${count(calls)}, flood waits ${count(floodWaits)}`,
    `ETA ${left}`,
  ].join(" | ");
}
