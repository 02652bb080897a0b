import type { OpenProbe } from "../compose/probe.ts";
import { ProbeHalted } from "../probe/budget.ts";
import { findLost } from "../probe/lost.ts";
import type { Session } from "./session.ts";

/** What probes left, and the lanes by which it may be taken away. */
export interface LeftParts {
  readonly session: Session;
  readonly laneOf: OpenProbe["laneOf"];
}

/** Takes away what an earlier probe, or a canary of an earlier run, left. Throws LedgerError. */
export async function clearLeft({ session, laneOf }: LeftParts): Promise<void> {
  const { ledger, stop } = session;
  let deleted = 0;
  for (const { canary, bot, chatId, messageId } of await ledger.leftCanaries(botsOf(session))) {
    const lane = laneOf(bot, chatId);
    if (!lane || stop.draining.aborted) continue;
    lane.takeOver({ attempt: canary, messageId });
    await lane.clear();
    deleted += 1;
  }
  const messages = deleted === 1 ? "1 message" : `${deleted} messages`;
  if (deleted > 0) tell(session, "info", `deleted ${messages} that an earlier probe left`);
}

/**
 * Looks for messages whose answers were lost. Returns how many messages are left, or may be: a call that was made a moment ago may post
 * even now. Throws LedgerError.
 */
export async function findAllLost({ session, laneOf }: LeftParts): Promise<number> {
  const { ledger, stop, config, connections } = session;
  let left = 0;
  for (const lost of await ledger.lostProbes(botsOf(session))) {
    const lane = laneOf(lost.bot, lost.chatId);
    const isYoung = connections.clock.wall() < lost.startedAt + config.lookAfter / config.timeScale;
    const end =
      lane && !isYoung && !stop.draining.aborted
        ? await findLost(lost, lane, ledger)
            .catch(halted)
            .finally(() => lane.clear())
        : "unclear";
    if (end === "unclear") left += 1;
  }
  const text = `${left} messages whose answers were lost may be in the chat; a later probe looks for them`;
  if (left > 0) tell(session, "warn", text);
  return left + (await ledger.leftCanaries(botsOf(session))).length;
}

function botsOf({ connections }: Session): string[] {
  return connections.bots.map(({ bot }) => bot.slug);
}

function tell({ events }: Session, level: "info" | "warn", text: string): void {
  events.emit("notice", { level, text });
}

function halted(error: unknown): "unclear" {
  if (error instanceof ProbeHalted) return "unclear";
  throw error;
}
