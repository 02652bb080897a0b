import type { LaneMemory } from "./lane-memory.ts";

/** A lane, as processes that share a ledger call it. */
export interface LaneName {
  readonly bot: string;
  readonly chat: string;
}

/** What the owner of a lane leaves to the next one. */
export interface LaneLeft extends LaneMemory {
  /** Milliseconds until the next call may be made. */
  readonly nextInMs: number;
  /** What its pace had found out, as JSON that only paces read; null where it finds nothing out. */
  readonly found: string | null;
}

/** A process that has a lane. */
export interface LaneOwner {
  /** Such as `prewarm worker`. */
  readonly command: string;
  readonly pid: string;
  readonly host: string;
}

/** A lane that is this process's from now on. All times are milliseconds by the clock of the database, so no machine's clock matters. */
export interface TakenLane extends LaneName {
  readonly isOurs: true;
  /** Nobody else had it since this process had it last. */
  readonly again: boolean;
  /** How long it is not to be called yet; 0 where it may be. */
  readonly frozenForMs: number;
  /** Calls a minute that it was found to allow, and how long ago; null where nothing was learned. */
  readonly pace: number | null;
  readonly paceAgeMs: number | null;
  /** What its last owner left; null where that was lost, or there was none. */
  readonly left: { readonly nextInMs: number; readonly found: string | null } | null;
  /** How long ago each call of the last minute left, at least; the oldest first. */
  readonly callAgesMs: readonly number[];
}

/** A lane that another process has; `owner` is null where that one has just gone. */
export interface OthersLane extends LaneName {
  readonly isOurs: false;
  readonly owner: LaneOwner | null;
}

/** What was answered to a wish for lanes. */
export interface LaneAnswers {
  readonly lanes: readonly (TakenLane | OthersLane)[];
  /** Milliseconds since the database was asked: the leases of {@link SharedLanes.leaseMs} may have begun then. */
  readonly askedAgoMs: number;
}

/** What is known of this process's lanes, each time their leases were renewed. */
export interface KeptLanes {
  readonly lanes: readonly (LaneName & {
    /** How many lanes the process has that asked for it first; null where none has work for it. */
    readonly wantedBy: number | null;
    readonly frozenForMs: number;
  })[];
  readonly askedAgoMs: number;
}

/** Where a bot stands over all its chats and all processes. */
export interface BotSlot {
  /** Milliseconds until the first of the moments that were asked for. */
  readonly inMs: number;
  /** How long this bot is not to be called in any chat; 0 where it may be. */
  readonly frozenForMs: number;
  /** Stands for the slots when some of them are given back. */
  readonly mark: string;
}

/** Which of the leased lanes of a bot were refused within the last second, by all processes. */
export interface BotFlood {
  readonly refused: number;
  readonly open: number;
}

/**
 * Lanes that several processes share. One has a lane at a time, by a lease on the clock of the database, which is renewed as long as the
 * process is there; what it learned goes on to the next owner. Methods throw LedgerError.
 */
export interface SharedLanes {
  /** How long a lease lasts that is not renewed, in milliseconds. */
  readonly leaseMs: number;
  /** Many workers share the work: it is no news that another one has a lane. */
  readonly inFleet: boolean;
  /**
   * Takes those of these lanes that nobody has, or whose owner is lost. For the others this process is next, if it goes on asking each
   * second, and nobody came before it.
   */
  take(lanes: readonly LaneName[]): Promise<LaneAnswers>;
  /** Hands lanes on. Those that are not this process's any more are left alone. */
  leave(lanes: readonly LaneLeft[]): Promise<void>;
  /** Tells this listener of lanes each time their leases were renewed, and when a call was refused since its lane is not to be called. */
  onKept(listener: (kept: KeptLanes) => void): void;
  onHeld(listener: (held: LaneName & { readonly forMs: number | null }) => void): void;
  /** Asks once more whether a lane may be called, for a call that was written down a while ago; where not, listeners are told as of a refused one. */
  mayCall(lane: LaneName): Promise<boolean>;
  /** Takes so many moments of a bot, `gapMs` apart, and moves its next one on. */
  takeSlots(bot: string, slots: number, gapMs: number): Promise<BotSlot>;
  /** Gives the last of these slots back, if nobody took one after them. */
  giveBackSlots(bot: string, mark: string, slots: number, gapMs: number): Promise<void>;
  /** Takes the next moment for an upload of this many bytes by a bot, and moves the one after that `gapMs` on. Returns milliseconds until it. */
  takeSize(bot: string, bytes: number, gapMs: number): Promise<number>;
  /** Notes that a lane was told to wait. */
  refused(lane: LaneName): Promise<BotFlood>;
  /** Remembers that this bot may not be called anywhere for `ms` from now; a later deadline stays. */
  freezeBot(bot: string, ms: number): Promise<void>;
}
