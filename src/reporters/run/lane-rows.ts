import type { ChalkInstance } from "chalk";
import type { LaneView } from "../../domain/events.ts";
import { cells, padCells } from "../cells.ts";
import { count, cut, duration, oneLine } from "../format.ts";

const PACE_WIDTH = 11;
const SENT_WIDTH = 8;
const STATE_WIDTH = 22;
const NAME_WIDTH = 34;
const SHORTEST_TITLE = 6;

/** What a lane does at the moment `now` of the engine's clock. */
export function laneState(lane: LaneView, now: number): string {
  if (lane.closed) return `out: ${lane.closed.reason}`;
  return lane.frozenUntil > now ? `frozen ${duration(lane.frozenUntil - now)}` : "open";
}

/** A lane by its two names: bot and chat. */
export function laneName(lane: LaneView): string {
  return oneLine(`${lane.bot} x ${lane.chat}`);
}

function row(lane: LaneView, now: number, width: number, colour: ChalkInstance): string {
  const pace = `${Math.round(lane.perMinute * 10) / 10}/min`;
  const name = padCells(cut(laneName(lane), nameWidth(width)), nameWidth(width));
  const text = [name, pace.padStart(PACE_WIDTH), count(lane.sent).padStart(SENT_WIDTH), "  "].join("");
  const state = cut(laneState(lane, now), Math.min(STATE_WIDTH, Math.max(0, width - cells(text))));
  const rest = width - cells(text) - STATE_WIDTH;
  const title = rest > SHORTEST_TITLE ? colour.dim(cut(oneLine(lane.title), rest)) : "";
  const mood = lane.closed ? colour.red : lane.frozenUntil > now ? colour.yellow : colour.green;
  return `${text}${mood(title === "" ? state : state.padEnd(STATE_WIDTH))}${title}`;
}

function nameWidth(width: number): number {
  return Math.max(8, Math.min(NAME_WIDTH, width - PACE_WIDTH - SENT_WIDTH - 14));
}

/** A header and a row a lane, at most `height` rows of at most `width` characters; the last says how many lanes it leaves out. */
export function laneRows(
  lanes: readonly LaneView[],
  options: { now: number; width: number; height: number; colour: ChalkInstance },
): string[] {
  const { now, width, height, colour } = options;
  if (lanes.length === 0 || height < 2) return [];
  const name = "lane (bot x chat)".padEnd(nameWidth(width)).slice(0, nameWidth(width));
  const hasTitles = width - nameWidth(width) - PACE_WIDTH - SENT_WIDTH - 2 - STATE_WIDTH > SHORTEST_TITLE;
  const state = hasTitles ? `${"state".padEnd(STATE_WIDTH)}title` : "state";
  const header = [name, "pace".padStart(PACE_WIDTH), "sent".padStart(SENT_WIDTH), `  ${state}`].join("");
  const places = height - 1;
  const shown = lanes.length <= places ? lanes : lanes.slice(0, places - 1);
  const hidden = lanes.slice(shown.length);
  const rows = shown.map((lane) => row(lane, now, width, colour));
  if (hidden.length > 0) {
    const stuck = hidden.filter((lane) => lane.closed || lane.frozenUntil > now).length;
    const note = stuck > 0 ? ` (${stuck} frozen or out)` : "";
    rows.push(colour.dim(cut(`+${hidden.length} more lane${hidden.length === 1 ? "" : "s"}${note}`, width)));
  }
  return [colour.dim(cut(header, width)), ...rows];
}
