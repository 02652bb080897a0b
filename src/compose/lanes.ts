import type { Config } from "../config/config.ts";
import { type Clock, fromWall, toWall } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import { AdaptivePace } from "../lanes/adaptive.ts";
import type { WorkLimits } from "../lanes/ceilings.ts";
import { documentedPace } from "../lanes/documented-pace.ts";
import type { FoundPace } from "../lanes/found-pace.ts";
import { Lane } from "../lanes/lane.ts";
import { Lanes } from "../lanes/lanes.ts";
import { FixedPace } from "../lanes/pace.ts";
import type { Pace } from "../lanes/port.ts";
import type { LaneToOpen } from "../lanes/preflight.ts";
import type { Waits } from "../lanes/waits.ts";
import type { LaneMemory } from "../ledgers/lane-memory.ts";
import type { Ledger } from "../ledgers/port.ts";
import type { TakenLane } from "../ledgers/share-port.ts";
import type { ChatInfo } from "../telegram/port.ts";
import { openBotPaces, openSameSize, openShare } from "./share-lanes.ts";

export interface OpenLanesOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly found: readonly LaneToOpen[];
  readonly waits: Waits;
  /** Called when a lane may have become free, or was closed. */
  readonly changed: () => void;
  /** Called when the last open lane was closed. */
  readonly noneOpen: (cause: Failure) => void;
}

/** The lanes of a run, with what earlier runs learned of them. */
export async function openLanes({
  config,
  clock,
  events,
  ledger,
  found,
  waits,
  changed,
  noneOpen,
}: OpenLanesOptions): Promise<Lanes> {
  const memories = await ledger.lanes();
  const { shared } = ledger;
  let opened: Lanes | undefined;
  const types = new Map<Lane, ChatInfo["type"]>();
  const lanes = found.map(({ bot, chat, alias = null, closed = null }) => {
    const memory = memories.find((each) => each.bot === bot.slug && each.chat === chat.id);
    const lane = new Lane(bot, chat.id, chat.title, paceOf(config, chat.type, memory, clock));
    types.set(lane, chat.type);
    lane.closed = closed;
    lane.alias = alias;
    if (memory && memory.frozenUntil > clock.wall()) lane.frozenUntil = fromWall(clock, memory.frozenUntil);
    const waitMs = waits.leftMs(bot.slug, chat.id);
    if (waitMs > 0) lane.frozenUntil = Math.max(lane.frozenUntil, clock.now() + waitMs);
    return lane;
  });
  // A ledger that breaks shows at the next attempt, where it stops the run.
  const keep = (memory: LaneMemory) => ledger.keepLane(memory).catch(() => {});
  // A later process whose bot has to wait is not told of the move when it asks by the old id; and what others called by that counts.
  const moved = found.flatMap((lane) => (lane.movedFrom === undefined ? [] : formerOf(lane, lane.movedFrom)));
  await Promise.all(moved.map(keep));
  const share =
    shared &&
    openShare({
      shared,
      clock,
      events,
      changed,
      lanes: () => opened?.all ?? lanes,
      paceOf: (lane, taken) => paceAfter(config, types.get(lane) ?? "channel", taken, clock),
      memoryOf: (lane) => memoryOf(lane, clock),
      leased: (lane) => opened?.leased(lane),
      freezeUntil: (lane, until) => opened?.freezes.tell(lane, until),
    });
  const frozen = (bot: string, until: number) => {
    for (const lane of lanes) if (lane.bot.slug === bot) opened?.freezes.tell(lane, until);
  };
  const opening = new Lanes({
    lanes,
    clock,
    events,
    changed,
    noneOpen,
    shared,
    share,
    botPaces: openBotPaces(config, { clock, waits }, shared, frozen),
    sameSize: openSameSize(config, clock, shared),
    keep: (lane) => {
      void keep(memoryOf(lane, clock));
      if (lane.alias !== null && lane.frozenUntil > clock.now())
        void ledger.freezeLane(waitOf(lane, lane.alias, clock)).catch(() => {});
    },
    migrated: (lane, to) => void keep({ ...memoryOf(lane, clock), migratedTo: to }),
  });
  opened = opening;
  waits.onWait((wait) => opening.freezes.hold(wait));
  return opening;
}

function paceOf(
  config: Config,
  type: ChatInfo["type"],
  memory: Pick<LaneMemory, "pace" | "paceAt"> | undefined,
  clock: Clock,
): Pace {
  const { pace } = config;
  // Whoever sets a pace means it: only the concurrency bounds how many calls overlap.
  if (pace.type === "fixed") return new FixedPace(pace.perMinute, Number.POSITIVE_INFINITY);
  const documented = documentedPace(type);
  if (pace.type === "documented") return new FixedPace(documented);
  const { pace: perMinute = null, paceAt = null } = memory ?? {};
  const learned =
    perMinute === null || paceAt === null ? undefined : { perMinute, ageMs: clock.wall() - paceAt };
  return new AdaptivePace({ start: documented, most: mostOf(config), learned });
}

/** The pace of a lane that was another process's: it begins where that one ended. */
function paceAfter(
  config: Config,
  type: ChatInfo["type"],
  { left, pace, paceAgeMs }: TakenLane,
  clock: Clock,
): Pace {
  if (config.pace.type === "adaptive" && left?.found) {
    const found = { pace: JSON.parse(left.found) as FoundPace, now: clock.now() };
    return new AdaptivePace({ start: documentedPace(type), most: mostOf(config), found });
  }
  return paceOf(config, type, { pace, paceAt: paceAgeMs === null ? null : clock.wall() - paceAgeMs }, clock);
}

function mostOf({ botPace }: Config): number {
  return botPace ?? Number.POSITIVE_INFINITY;
}

function memoryOf(lane: Lane, clock: Clock): LaneMemory {
  const frozenUntil = Number.isFinite(lane.frozenUntil) ? Math.ceil(toWall(clock, lane.frozenUntil)) : 0;
  const pace = lane.pace.memory();
  return {
    bot: lane.bot.slug,
    chat: lane.chat,
    frozenUntil,
    pace,
    paceAt: pace === null ? null : clock.wall(),
    migratedTo: null,
  };
}

/** A lane by the name that its chat had, of which nothing is known but where it is now. */
function formerOf({ bot, chat }: LaneToOpen, former: string): LaneMemory {
  return { bot: bot.slug, chat: former, frozenUntil: 0, pace: null, paceAt: null, migratedTo: chat.id };
}

/** What limits a run by the lanes of these that can be sent to, for a forecast. */
export async function limitsOf(
  lanes: Lanes,
  { bots, botPace, concurrency }: Config,
  ledger: Ledger,
): Promise<WorkLimits> {
  return {
    concurrency,
    measured: await ledger.measures(),
    lanes: lanes.all
      .filter(({ closed }) => closed === null)
      .map(({ bot, pace }) => ({ bot: bot.slug, perMinute: pace.perMinute })),
    botPerMinute: new Map(botPace === null ? [] : bots.map(({ slug }) => [slug, botPace] as const)),
  };
}

/** Its wait by another name, so that the next run does not ask by that either before it is over. */
function waitOf({ bot, frozenUntil }: Lane, chat: string, clock: Clock) {
  return { bot: bot.slug, chat, until: toWall(clock, frozenUntil) };
}
