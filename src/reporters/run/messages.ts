import type { ChalkInstance } from "chalk";
import type { Emitter, StopCause } from "../../domain/events.ts";
import { nextStep } from "../../domain/failure.ts";
import type { ItemResult } from "../../domain/outcome.ts";
import { asWritten, type Wording } from "../../domain/wording.ts";
import { oneLine } from "../format.ts";
import { forecastLines } from "./plan-text.ts";

export interface MessageOptions {
  readonly colour: ChalkInstance;
  /** Leaves only warnings and what went wrong. */
  readonly quiet: boolean;
  /** How much faster than the wall the engine's clock runs. */
  readonly scale: number;
  /** For the user who reads it; sentences stay as they are written without it. */
  readonly wording?: Wording | undefined;
}

/** What went wrong with an item and what to do, in one line; `null` for items that are well or were left alone. */
function troubleLine(item: ItemResult): string | null {
  if (item.left || !item.error || (item.status !== "failed" && item.status !== "unknown")) return null;
  const { reason, message } = item.error;
  const at = item.where ?? item.key ?? "";
  const told = message.startsWith(at) ? message : `${at}: ${message}`;
  return oneLine(`${item.status} ${told} (${reason}). Next: ${nextStep(reason)}`);
}

/** What ended a run before its time, and what to do next. */
export function stopLine(cause: StopCause): string {
  if (cause.type === "signal") {
    const abort = cause.signal === "SIGHUP" ? "" : "; once more to abort them";
    return `${cause.signal}: no new work begins, calls under way are finished${abort}`;
  }
  if (cause.type === "aborted") return "stopping: no new work begins, calls under way are finished";
  if (cause.type === "duration")
    return "stopping: the time given by --max-duration is up; run again to go on";
  const { message, reason } = cause.failure;
  return `stopping: ${whyStopped(cause)}${message}. Next: ${nextStep(reason)}`;
}

function whyStopped(cause: StopCause): string {
  if (cause.type === "no_lane") return "no lane is left to send by: ";
  if (cause.type !== "failures") return "";
  return cause.inARow ? "too many failures of one class in a row, such as: " : "too many failures, such as: ";
}

/** Says that times are not those of the wall. */
function scaleLine(scale: number): string {
  return `clock: ${scale}x faster than real time; all times and paces are scaled back`;
}

/** Takes one message, without line end, and how it shall look. */
export type WriteMessage = (line: string, style: ChalkInstance) => void;

/** Hands each message for people to `writeLine` as it happens. */
export function writeMessages(events: Emitter, writeLine: WriteMessage, options: MessageOptions): void {
  const { colour, quiet, scale, wording = asWritten } = options;
  const write: WriteMessage = (line, style) => writeLine(wording(line), style);
  events.on("stopping", (cause) => write(oneLine(stopLine(cause)), colour.yellow));
  events.on("notice", ({ level, text }) => {
    if (level === "warn") write(oneLine(`warning: ${text}`), colour.yellow);
    else if (!quiet) write(oneLine(text), colour);
  });
  const botsOut = new Set<string | null>();
  events.on("item", (item) => {
    // What a bot without a lane cannot send may be all that there is: one of its objects tells it.
    if (item.reason === "no_lane_left" && botsOut.has(item.bot)) return;
    if (item.reason === "no_lane_left") botsOut.add(item.bot);
    const line = troubleLine(item);
    if (line) write(line, item.status === "failed" ? colour.red : colour.yellow);
  });
  if (quiet) return;
  events.on("forecast", (forecast) => {
    for (const line of forecastLines(forecast)) write(oneLine(line), colour);
  });
  events.on("started", ({ command, lanes, concurrency, ledger }) => {
    const lane = lanes === 1 ? "1 lane" : `${lanes} lanes`;
    write(oneLine(`${command}: ${lane}, concurrency ${concurrency}, ledger ${ledger}`), colour);
    if (scale !== 1) write(scaleLine(scale), colour.yellow);
  });
}
