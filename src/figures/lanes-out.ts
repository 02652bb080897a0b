import type { LaneView } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { BotOut, LaneOut } from "./snapshot.ts";

/** The lanes that are out, those of bots without any other among them. */
export function lanesOut(lanes: readonly LaneView[]): LaneOut[] {
  return lanes.filter((lane): lane is LaneOut => lane.closed !== null);
}

/** The bots whose lanes are all out. */
export function botsOut(lanes: readonly LaneView[]): BotOut[] {
  const open = new Set(lanes.filter(({ closed }) => closed === null).map(({ bot }) => bot));
  const out = new Map<string, Failure>();
  for (const { bot, closed } of lanesOut(lanes))
    if (!open.has(bot)) out.set(bot, tellingMore(out.get(bot), closed));
  return [...out].map(([bot, failure]) => ({ bot, failure }));
}

const WEIGHT = { auth: 2, transient: 1 } as Readonly<Record<string, number>>;

/** What a server out of reach took may come back by itself, whatever else is wrong. */
function tellingMore(known: Failure | undefined, other: Failure): Failure {
  return known && (WEIGHT[known.class] ?? 0) >= (WEIGHT[other.class] ?? 0) ? known : other;
}
