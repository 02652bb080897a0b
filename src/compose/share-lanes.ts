import type { Config } from "../config/config.ts";
import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import { InheritedPace } from "../lanes/inherited-pace.ts";
import type { Lane } from "../lanes/lane.ts";
import { LaneShare } from "../lanes/lane-share.ts";
import { FixedPace } from "../lanes/pace.ts";
import type { Pace } from "../lanes/port.ts";
import { SameSize } from "../lanes/same-size.ts";
import { SharedBotPace } from "../lanes/shared-bot-pace.ts";
import { SharedSameSize } from "../lanes/shared-same-size.ts";
import { type BotPace, OwnBotPace, type SizeSpacing } from "../lanes/spacing.ts";
import type { Waits } from "../lanes/waits.ts";
import type { LaneMemory } from "../ledgers/lane-memory.ts";
import type { SharedLanes, TakenLane } from "../ledgers/share-port.ts";

export interface ShareOptions {
  readonly shared: SharedLanes;
  readonly clock: Clock;
  readonly events: Emitter;
  readonly lanes: () => readonly Lane[];
  readonly paceOf: (lane: Lane, taken: TakenLane) => Pace;
  readonly memoryOf: (lane: Lane) => LaneMemory;
  readonly freezeUntil: (lane: Lane, until: number) => void;
  readonly leased: (lane: Lane) => void;
  readonly changed: () => void;
}

/** What takes lanes for this process and hands them on, where several processes share them. */
export function openShare(given: ShareOptions): LaneShare {
  const { clock, events, memoryOf, paceOf } = given;
  return new LaneShare({
    ...given,
    begin: (lane, taken) => {
      lane.pace = inherited(paceOf(lane, taken), taken, clock);
    },
    left: (lane) => {
      const now = clock.now();
      const nextInMs = Math.max(0, lane.pace.next(now) - now) / clock.scale;
      return { ...memoryOf(lane), nextInMs, found: lane.pace.found?.(now) ?? null };
    },
    hold: given.freezeUntil,
    // Where many workers share the work, that is how it is divided.
    tell: (text) => events.emit("notice", { level: given.shared.inFleet ? "debug" : "warn", text }),
  });
}

/** Goes on where the owner before ended. */
function inherited(pace: Pace, { left, callAgesMs }: TakenLane, clock: Clock): Pace {
  const now = clock.now();
  const calls = callAgesMs.map((ageMs) => now - ageMs * clock.scale);
  const nextAt = now + (left?.nextInMs ?? 0) * clock.scale;
  return new InheritedPace(pace, { calls, nextAt }, pace.memory() ?? pace.perMinute);
}

/** The pace of each bot over all its chats, by slug: shared with other processes, where there may be some. */
export function openBotPaces(
  { botPace, bots }: Config,
  { clock, waits }: { readonly clock: Clock; readonly waits: Waits },
  shared: SharedLanes | undefined,
  frozen: (bot: string, until: number) => void,
): Map<string, BotPace> {
  if (botPace === null) return new Map();
  const own = () => new FixedPace(botPace, Number.POSITIVE_INFINITY);
  const open = (bot: string): BotPace => {
    if (!shared) return new OwnBotPace(own());
    const held = (ms: number) => {
      const until = clock.now() + ms * clock.scale;
      waits.note({ bot, chat: null, until });
      frozen(bot, until);
    };
    return new SharedBotPace({ bot, clock, shared, gapMs: own().gapMs, frozen: held });
  };
  return new Map(bots.map(({ slug }) => [slug, open(slug)]));
}

/** What keeps uploads of one size apart; null for a server that does not ask for it (local mode). */
export function openSameSize(
  { apiLocal }: Config,
  clock: Clock,
  shared: SharedLanes | undefined,
): SizeSpacing | null {
  if (apiLocal) return null;
  return shared ? new SharedSameSize(shared, clock) : new SameSize();
}
