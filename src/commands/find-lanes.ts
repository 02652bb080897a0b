import type { Connections } from "../compose/connect.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Emitter } from "../domain/events.ts";
import type { Ledger } from "../ledgers/port.ts";
import { type LaneFound, type LaneWish, preflight } from "../pipeline/preflight.ts";
import type { Stop } from "../pipeline/stop.ts";

export interface FindLanesParts {
  readonly connections: Connections;
  readonly options: RunOptions;
  readonly ledger: Ledger;
  readonly events: Emitter;
  readonly stop: Stop;
}

/**
 * The lanes of a run: those that can be sent to, tried side by side with the bucket before anything is listed. Stops the
 * run when there is none, or when the bucket turns us away.
 */
export async function findLanes(parts: FindLanesParts): Promise<readonly LaneFound[]> {
  const { connections, options, events, stop } = parts;
  const wishes = await followMoves(parts);
  if (!options.preflight)
    return wishes.map(({ bot, chat }) => ({ bot, chat: { id: chat, type: typeOf(chat), title: chat } }));
  // A listing says of itself whether the bucket lets us in.
  const listed = options.manifest === null && options.only === null;
  const [lanes, bucket] = await Promise.all([preflight(wishes), listed ? null : connections.storage.check()]);
  const warn = (text: string) => events.emit("notice", { level: "warn", text });
  for (const { bot, chat, movedFrom } of lanes.open)
    if (movedFrom)
      warn(`lane ${bot.slug} x ${movedFrom} is now ${chat.id}: put the new id into your configuration`);
  const [first] = lanes.refused;
  if (wishes.length > 1)
    for (const { wish, failure } of lanes.refused)
      warn(`lane ${wish.bot.slug} x ${wish.chat} is out: ${failure.message}`);
  if (lanes.open.length === 0 && first) stop.drain({ type: "no_lane", failure: first.failure });
  else if (bucket && !bucket.ok && bucket.failure.class === "auth")
    stop.drain({ type: "denied", failure: bucket.failure });
  return lanes.open;
}

/** Chats that are known from earlier runs to have become others are called by their new id. */
async function followMoves({ connections, ledger, events }: FindLanesParts): Promise<LaneWish[]> {
  const memories = await ledger.lanes();
  return connections.bots.flatMap(({ bot, chats }) =>
    chats.map((chat) => {
      const to = memories.find((memory) => memory.bot === bot.slug && memory.chat === chat)?.migratedTo;
      if (!to) return { bot, chat };
      const text = `lane ${bot.slug} x ${chat} became ${to} in an earlier run: put the new id into your configuration`;
      events.emit("notice", { level: "warn", text });
      return { bot, chat: to };
    }),
  );
}

/** Channels and groups have negative ids (core.telegram.org/bots/api#chat); an @username is a channel's or supergroup's. */
function typeOf(chat: string): "private" | "channel" {
  return /^\d+$/.test(chat) ? "private" : "channel";
}
