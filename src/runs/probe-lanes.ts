import type { OpenProbe } from "../compose/probe.ts";
import type { Clock } from "../domain/clock.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { Ledger } from "../ledgers/port.ts";
import type { LaneName, OthersLane, SharedLanes, TakenLane } from "../ledgers/share-port.ts";
import type { ProbePlace } from "../probe/experiment.ts";
import type { ProbeLane } from "../probe/lane.ts";

export interface TakeLanesOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Aborts where nothing more is to be begun. */
  readonly draining: AbortSignal;
  readonly tell: (text: string) => void;
}

/** Lanes of a probe that no other process calls until they are left. */
export interface ProbedLanes {
  readonly has: (bot: string, chat: string) => boolean;
  /** Hands them on. Throws LedgerError. */
  readonly leave: () => Promise<void>;
}

/** Real milliseconds for which a lane is asked for, a little more than after which a busy process hands one on; and between two times. */
const [PATIENCE_MS, EACH_MS] = [150_000, 1_000];

/**
 * Takes lanes, where several processes share them; a ledger of one process has them all. Throws LedgerError (exit code 2) that names the
 * process which does not hand one on, and returns null where the probe was stopped meanwhile.
 */
export async function takeLanes(
  wanted: readonly LaneName[],
  options: TakeLanesOptions,
): Promise<ProbedLanes | null> {
  const { ledger, clock, draining, tell } = options;
  const { shared } = ledger;
  if (!shared) return { has: () => true, leave: async () => {} };
  const taken = new Map<string, TakenLane>();
  const leave = () => leaveAll(shared, ledger, [...taken.values()]);
  for (let waitedMs = 0; ; waitedMs += EACH_MS) {
    const missing = wanted.filter((lane) => !taken.has(nameOf(lane)));
    const held = await ask(shared, missing, taken);
    if (held.length === 0) return { has: (bot, chat) => taken.has(nameOf({ bot, chat })), leave };
    if (draining.aborted || waitedMs >= PATIENCE_MS) {
      await leave();
      if (draining.aborted) return null;
      throw new LedgerError(`${inUse(held)}: end that one, or probe when it has less to do`, 2);
    }
    if (waitedMs === 0)
      tell(`${inUse(held)}; the probe begins as soon as that one hands it on, after two minutes at the most`);
    await clock.sleep(EACH_MS * clock.scale, draining);
  }
}

/** Takes what is to be had; returns what others have. */
async function ask(
  shared: SharedLanes,
  lanes: readonly LaneName[],
  taken: Map<string, TakenLane>,
): Promise<readonly OthersLane[]> {
  const answers = lanes.length === 0 ? [] : (await shared.take(lanes)).lanes;
  for (const lane of answers) if (lane.isOurs) taken.set(nameOf(lane), lane);
  return answers.filter((lane): lane is OthersLane => !lane.isOurs);
}

function inUse([first]: readonly OthersLane[]): string {
  if (!first) return "a lane is in use by another process";
  const { bot, chat, owner } = first;
  const who = owner ? `\`${owner.command}\` (pid ${owner.pid} on ${owner.host})` : "another process";
  return `lane ${bot} x ${chat} is in use by ${who}`;
}

/** The next owner goes on by what the one before the probe knew, and by the calls of the probe, which stand in the ledger. */
async function leaveAll(shared: SharedLanes, ledger: Ledger, lanes: readonly TakenLane[]): Promise<void> {
  if (lanes.length === 0) return;
  const memories = await ledger.lanes();
  const none = { frozenUntil: 0, pace: null, paceAt: null, migratedTo: null };
  const left = lanes.map(({ bot, chat, left: before }) => {
    const memory = memories.find((each) => each.bot === bot && each.chat === chat);
    return { ...none, ...memory, bot, chat, nextInMs: 0, found: before?.found ?? null };
  });
  await shared.leave(left);
}

function nameOf({ bot, chat }: LaneName): string {
  return `${bot}|${chat}`;
}

/** The lanes of these places. */
export function lanesOf(places: readonly ProbePlace[]): ProbeLane[] {
  return places.flatMap(({ lane, second }) => [lane, ...(second ? [second] : [])]);
}

/** How many messages stand in these places, as far as their lanes know. */
export function standingIn(places: readonly ProbePlace[]): number {
  return lanesOf(places).reduce((sum, { standing }) => sum + standing, 0);
}

/** Lanes that this probe may call. */
export function ownLanes({ laneOf }: OpenProbe, { has }: ProbedLanes): OpenProbe["laneOf"] {
  return (bot, chat) => (has(bot, chat) ? laneOf(bot, chat) : null);
}
