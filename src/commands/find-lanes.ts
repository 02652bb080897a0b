import type { Connections } from "../compose/connect.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import { assumedChat, type LaneFound, type LaneWish, type Preflight, preflight } from "../lanes/preflight.ts";
import type { Ledger } from "../ledgers/port.ts";
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
  if (!options.preflight) return wishes.map(({ bot, chat }) => ({ bot, chat: assumedChat(chat) }));
  const [lanes, bucket] = await Promise.all([
    preflight(wishes, connections.clock),
    connections.storage.check(),
  ]);
  const warn = (text: string) => events.emit("notice", { level: "warn", text });
  for (const { bot, chat, movedFrom } of lanes.open)
    if (movedFrom)
      warn(`lane ${bot.slug} x ${movedFrom} is now ${chat.id}: put the new id into your configuration`);
  const cause = lanes.open.length === 0 ? lanes.refused[0]?.failure : undefined;
  for (const text of refusalsOf(lanes, cause)) warn(text);
  if (cause) stop.drain({ type: "no_lane", failure: cause });
  else if (!bucket.ok)
    stop.drain({ type: bucket.failure.class === "auth" ? "denied" : "source", failure: bucket.failure });
  return lanes.open;
}

/** Each refusal once: a bot's own trouble is not told for each of its chats, nor what is told as the end of the run. */
function refusalsOf({ refused }: Preflight, told: Failure | undefined): ReadonlySet<string> {
  return new Set(
    refused
      .filter(({ failure }) => failure.message !== told?.message)
      .map(({ wish: { bot, chat }, failure }) => {
        const who = failure.class === "auth" ? `bot ${bot.slug}` : `lane ${bot.slug} x ${chat}`;
        return `${who} is out: ${failure.message}`;
      }),
  );
}

/** All lanes that are wished for; chats that are known from earlier runs to have become others are called by their new id. */
export async function followMoves({
  connections,
  ledger,
  events,
}: Pick<FindLanesParts, "connections" | "ledger" | "events">): Promise<LaneWish[]> {
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
