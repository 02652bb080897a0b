import type { ChalkInstance } from "chalk";
import type { LaneView } from "../../domain/events.ts";
import { cells, padCells } from "../cells.ts";
import { count, cut, duration, oneLine } from "../format.ts";

/** Widths of the columns, in cells; 0 for one that is left out. */
interface LaneColumns {
  readonly name: number;
  readonly pace: number;
  readonly sent: number;
  readonly state: number;
  readonly title: number;
}

/** From here on there is room for the pace. */
const WIDE = 56;
const [NAME, PACE, SENT, STATE] = [34, 11, 8, 22];
const [NARROW_SENT, NARROW_STATE, SHORTEST_NAME, SHORTEST_TITLE, SHORTEST_BOT] = [7, 14, 8, 7, 4];
const GAP = 2;

function columnsIn(width: number): LaneColumns {
  if (width < WIDE) {
    const name = Math.max(SHORTEST_NAME, width - NARROW_SENT - GAP - NARROW_STATE);
    return { name, pace: 0, sent: NARROW_SENT, state: NARROW_STATE, title: 0 };
  }
  const name = Math.max(SHORTEST_NAME, Math.min(NAME, width - PACE - SENT - GAP - 12));
  const rest = width - name - PACE - SENT - GAP;
  const title = rest - STATE >= SHORTEST_TITLE ? rest - STATE : 0;
  return { name, pace: PACE, sent: SENT, state: title > 0 ? STATE : Math.min(STATE, rest), title };
}

/** What a lane does at the moment `now` of the engine's clock. */
export function laneState(lane: LaneView, now: number): string {
  if (lane.closed) return `out: ${lane.closed.reason}`;
  if (lane.frozenUntil > now) return `frozen ${duration(lane.frozenUntil - now)}`;
  return lane.refused?.length ? `takes no ${lane.refused.join(", ")}` : "open";
}

/** A lane by its two names: bot and chat. */
export function laneName(lane: LaneView): string {
  return oneLine(`${lane.bot} x ${lane.chat}`);
}

/** A lane in this many cells: chats tell lanes apart, so the bot is cut first. */
function shortName(lane: LaneView, width: number): string {
  const [bot, chat] = [oneLine(lane.bot), oneLine(lane.chat)];
  const room = width - cells(chat) - 3;
  return room >= SHORTEST_BOT ? `${cut(bot, room)} x ${chat}` : cut(chat, width);
}

function line(columns: LaneColumns, [name, pace, sent, state, title]: readonly string[]): string {
  const at = (width: number, text = "") => (width === 0 ? "" : cut(text, width - 1).padStart(width));
  const parts = [padCells(name ?? "", columns.name), at(columns.pace, pace), at(columns.sent, sent)];
  return `${parts.join("")}${" ".repeat(GAP)}${columns.title > 0 ? padCells(state ?? "", columns.state) : state}${title}`;
}

function row(lane: LaneView, now: number, columns: LaneColumns, colour: ChalkInstance): string {
  const pace = `${Math.round(lane.perMinute * 10) / 10}/min`;
  const mood = lane.closed ? colour.red : lane.frozenUntil > now ? colour.yellow : colour.green;
  const state = mood(cut(laneState(lane, now), columns.state - (columns.title > 0 ? 1 : 0)));
  const title = columns.title > 0 ? colour.dim(cut(oneLine(lane.title), columns.title)) : "";
  return line(columns, [shortName(lane, columns.name), pace, count(lane.sent), state, title]);
}

/** A header and a row a lane, at most `height` rows of at most `width` characters; the last says how many lanes it leaves out. */
export function laneRows(
  lanes: readonly LaneView[],
  options: { now: number; width: number; height: number; colour: ChalkInstance },
): string[] {
  const { now, width, height, colour } = options;
  if (lanes.length === 0 || height < 2) return [];
  const columns = columnsIn(width);
  const title = columns.title > 0 ? "title" : "";
  const header = line(columns, [cut("lane (bot x chat)", columns.name), "pace", "sent", "state", title]);
  const places = height - 1;
  const shown = lanes.length <= places ? lanes : lanes.slice(0, places - 1);
  const hidden = lanes.slice(shown.length);
  const rows = shown.map((lane) => row(lane, now, columns, colour));
  if (hidden.length > 0) {
    const stuck = hidden.filter((lane) => lane.closed || lane.frozenUntil > now).length;
    const note = stuck > 0 ? ` (${stuck} frozen or out)` : "";
    rows.push(colour.dim(cut(`+${hidden.length} more lane${hidden.length === 1 ? "" : "s"}${note}`, width)));
  }
  return [colour.dim(cut(header, width)), ...rows];
}
