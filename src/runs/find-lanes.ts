import type { Failure, FailureClass } from "../domain/failure.ts";
import { askPatiently, type Patience } from "../domain/patience.ts";
import type { Result } from "../domain/result.ts";
import { type LaneToOpen, lanesOf, type Preflight, preflight, untriedLane } from "../lanes/preflight.ts";
import type { Session } from "./session.ts";

/**
 * The lanes of a run, tried side by side with the bucket before anything is listed, with this patience; untried where `tried` is false. Those
 * that are out are among them, and told. Stops the run when none can be sent to, or when the bucket turns us away.
 */
export async function findLanes(
  session: Session,
  { tried, patience }: { readonly tried: boolean; readonly patience: Patience },
): Promise<readonly LaneToOpen[]> {
  const { connections, stop } = session;
  const wishes = await session.wishes();
  if (!tried) return wishes.map(untriedLane);
  const [lanes, answer] = await Promise.all([
    preflight(wishes, connections.clock),
    connections.storage.check(),
  ]);
  const bucket = lanes.open.length === 0 ? answer : await enterBucket(session, answer, patience);
  for (const lane of lanes.open) tellOpen(session, lane);
  const cause = lanes.open.length === 0 ? whyNone(lanes) : undefined;
  for (const text of refusalsOf(lanes, cause)) session.warn(text);
  const found = lanesOf(lanes);
  for (const lane of found) if (lane.closed) tellOut(session, lane, lane.closed);
  if (cause) await session.rememberOut(found);
  if (cause) stop.drain({ type: "no_lane", failure: cause });
  else if (!bucket.ok)
    stop.drain({ type: bucket.failure.class === "auth" ? "denied" : "source", failure: bucket.failure });
  return found;
}

/** What the bucket says in the end: what can pass is waited for as for a page, a server that cannot be reached is not. */
function enterBucket(session: Session, first: Result<void>, patience: Patience): Promise<Result<void>> {
  const { connections, stop } = session;
  const { clock, storage } = connections;
  let answer: Result<void> | null = first;
  const ask = async () => {
    const now = answer ?? (await storage.check());
    answer = null;
    return now;
  };
  return askPatiently(ask, {
    patience,
    clock,
    signal: stop.draining,
    mayPass: ({ class: failureClass, unreached }) => failureClass === "transient" && !unreached,
    told: ({ message }) => session.warn(`${message}; asking again`),
  });
}

/** What is wrong with a bot before a server out of reach, and that before a chat, of which nothing is known until it answers. */
function whyNone({ refused }: Preflight): Failure | undefined {
  const first = (failureClass: FailureClass) =>
    refused.find(({ failure }) => failure.class === failureClass)?.failure;
  return first("auth") ?? first("transient") ?? refused[0]?.failure;
}

function tellOpen(session: Session, { bot, chat, movedFrom, unasked }: LaneToOpen): void {
  if (movedFrom)
    session.warn(`lane ${bot.slug} x ${movedFrom} is now ${chat.id}: put the new id into your configuration`);
  if (unasked) session.warn(unaskedText(bot.slug, chat.id, unasked));
}

/** Says why a lane is taken although nobody was asked about it. */
export function unaskedText(bot: string, chat: string, { class: failureClass, message }: Failure): string {
  const name = `lane ${bot} x ${chat}`;
  return failureClass === "flood"
    ? `${name} is waited for: ${message}`
    : `${name} is tried unasked: ${message}`;
}

/** Told here too, for a run that ends before its lanes are opened. */
function tellOut({ events }: Session, { bot, chat }: LaneToOpen, closed: Failure): void {
  const never = { perMinute: 0, sent: 0, frozenUntil: Number.NEGATIVE_INFINITY };
  events.emit("lane", { bot: bot.slug, chat: chat.id, title: chat.title, ...never, closed });
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
