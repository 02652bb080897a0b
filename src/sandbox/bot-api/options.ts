import type { Clock } from "../../domain/clock.ts";
import type { FaultRule } from "../fault-rules.ts";
import type { FloodLimits } from "../flood-control/limits.ts";
import type { MsRange, ProfileName, Random } from "../profiles.ts";

export type ChatType = "private" | "group" | "supergroup" | "channel";

export interface BotOptions {
  /** `<numeric id>:<secret>`, as BotFather gives it. */
  readonly token: string;
  readonly username: string;
}

export interface ChatOptions {
  /** Numeric id, with its minus sign. */
  readonly id: number;
  readonly type: ChatType;
  readonly title: string;
  /** Without `@`; the chat is also found by it. */
  readonly username?: string;
  /** Numeric ids or usernames of the bots that may post; all bots without it. */
  readonly members?: readonly (number | string)[];
  /** Its own flood control, filled up from the profile's; `null` for none. */
  readonly limits?: Partial<FloodLimits> | null;
}

export interface BotApiOptions {
  /** 0 (the default) for a free one. */
  readonly port?: number;
  readonly bots: readonly BotOptions[];
  readonly chats: readonly ChatOptions[];
  /** `instant` without it. */
  readonly profile?: ProfileName;
  /** All simulated durations run this many times faster than real time; 1 without it. */
  readonly timeScale?: number;
  /** Instead of the system's, scaled. */
  readonly clock?: Clock;
  /** For ids, latencies and faults; 1 without it. */
  readonly seed?: number;
  /** As a server with `--local`: uploads up to 2000 MB, no spacing of equal sizes, getFile of any size. */
  readonly local?: boolean;
  readonly faults?: readonly FaultRule[];
  /** Instead of the profile's. */
  readonly uploadLatencyMs?: MsRange | null;
  /** Latencies are drawn by it, in place of numbers that follow from the seed. */
  readonly random?: Random;
  /** Real milliseconds for the fetch of a URL; 10,000 without it. */
  readonly fetchTimeoutMs?: number;
}
