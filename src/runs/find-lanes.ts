import type { Failure } from "../domain/failure.ts";
import { assumedChat, type LaneFound, type Preflight, preflight } from "../lanes/preflight.ts";
import type { Session } from "./session.ts";

/**
 * The lanes of a run: those that can be sent to, tried side by side with the bucket before anything is listed; untried where
 * `tried` is false. Stops the run when there is none, or when the bucket turns us away.
 */
export async function findLanes(
  session: Session,
  { tried }: { readonly tried: boolean },
): Promise<readonly LaneFound[]> {
  const { connections, stop } = session;
  const wishes = await session.followMoves();
  if (!tried) return wishes.map(({ bot, chat }) => ({ bot, chat: assumedChat(chat) }));
  const [lanes, bucket] = await Promise.all([
    preflight(wishes, connections.clock),
    connections.storage.check(),
  ]);
  for (const { bot, chat, movedFrom } of lanes.open)
    if (movedFrom)
      session.warn(
        `lane ${bot.slug} x ${movedFrom} is now ${chat.id}: put the new id into your configuration`,
      );
  const cause = lanes.open.length === 0 ? lanes.refused[0]?.failure : undefined;
  for (const text of refusalsOf(lanes, cause)) session.warn(text);
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
