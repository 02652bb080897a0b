import type { Clock } from "../../domain/clock.ts";
import type { FaultRule } from "../fault-rules.ts";
import type { FloodLimits } from "../flood-control/limits.ts";
import type { MsRange, ProfileName, Random } from "../profiles.ts";
import type { RichOptions } from "./rich-options.ts";

/** The type of a chat. */
export type ChatType = "private" | "group" | "supergroup" | "channel";

/** A bot to begin with. */
export interface SandboxBot {
  /** `<numeric id>:<secret>`, as from BotFather. */
  readonly token: string;
  readonly username: string;
}

/** A chat to begin with. */
export interface ChatOptions {
  /** Numeric id, with its minus sign. */
  readonly id: number;
  readonly type: ChatType;
  readonly title: string;
  /** Without `@`; the chat can also be addressed by it. */
  readonly username?: string;
  /** Numeric ids or usernames of the bots that may post; all bots by default. */
  readonly members?: readonly (number | string)[];
  /** Of a channel: numeric ids or usernames of the bots that may edit posts of others; all bots by default. */
  readonly canEditMessages?: readonly (number | string)[];
  /** Nothing may be forwarded out of it; false by default. */
  readonly protected?: boolean;
  /** Its own flood control, with the profile's for absent members; null for none. */
  readonly limits?: Partial<FloodLimits> | null;
}

/** How the Bot API stand-in behaves, and what it begins with. */
export interface BotApiOptions {
  /** 0, the default, for a free port. */
  readonly port?: number;
  readonly bots: readonly SandboxBot[];
  readonly chats: readonly ChatOptions[];
  /** `instant` by default. */
  readonly profile?: ProfileName;
  /** All simulated durations run this many times faster than real time; 1 by default. */
  readonly timeScale?: number;
  /** The system's clock, scaled, by default. */
  readonly clock?: Clock;
  /** For ids, latencies and faults; 1 by default. */
  readonly seed?: number;
  /** Behaves as a server with `--local`: uploads up to 2000 MB, no spacing of equal sizes, getFile of any size. */
  readonly local?: boolean;
  /** Replaces what is documented, and what is assumed where nothing is. */
  readonly rich?: Partial<RichOptions>;
  readonly faults?: readonly FaultRule[];
  /** Replaces the profile's. */
  readonly uploadLatencyMs?: MsRange | null;
  /** Draws latencies; by default by numbers that follow from the seed. */
  readonly random?: Random;
  /** Returns the SHA-256, in hex, of an object of the bucket beside, so that ids can be found by key; null without such an object. */
  readonly sha256OfKey?: (key: string) => string | null;
  /** Real milliseconds for the fetch of a URL; 10,000 by default. */
  readonly fetchTimeoutMs?: number;
}
