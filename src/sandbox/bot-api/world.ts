import type { Clock } from "../../domain/clock.ts";
import type { FaultPlan } from "../faults.ts";
import type { MsRange, Profile, Random } from "../profiles.ts";
import type { Answered } from "./api-error.ts";
import type { BotIdentity, Bots } from "./bots.ts";
import type { ServedCalls } from "./call-log.ts";
import type { Chats } from "./chats.ts";
import type { ContentStore } from "./content-store.ts";
import type { Fields } from "./fields.ts";
import type { FileRegistry } from "./file-registry.ts";
import type { Flood } from "./flood.ts";
import type { Inbox } from "./inbox.ts";
import type { MediaReader } from "./media-facts.ts";
import type { MessageLog } from "./posted.ts";
import type { RichOptions } from "./rich-options.ts";
import type { StoredFile } from "./stored-file.ts";
import type { UrlCache } from "./url-cache.ts";
import type { UrlFetcher } from "./url-fetch.ts";

/** What a URL led to: the file, and the Content-Type that it was served with. */
export interface UrlOutcome {
  readonly file: StoredFile;
  readonly mime: string;
}

/** The state that the methods of the server share. */
export interface BotApiWorld {
  readonly clock: Clock;
  /** Moment of the clock at which the server was started. */
  readonly startedAt: number;
  readonly random: Random;
  readonly profile: Profile;
  readonly local: boolean;
  readonly bots: Bots;
  readonly chats: Chats;
  readonly files: FileRegistry;
  readonly contents: ContentStore;
  readonly media: MediaReader;
  readonly posted: MessageLog;
  readonly calls: ServedCalls;
  readonly flood: Flood;
  readonly fetcher: UrlFetcher;
  readonly urls: UrlCache<Answered<UrlOutcome>>;
  /** Returns the updates of a bot of this server. */
  readonly inboxOf: (bot: BotIdentity) => Inbox;
  /** Returns the SHA-256, in hex, of an object of the bucket beside; null where it has none of that key. */
  readonly sha256OfKey: ((key: string) => string | null) | null;
  /** Aborted when the server closes. */
  readonly stop: AbortSignal;
  /** What can be changed while it runs. */
  readonly live: {
    faults: FaultPlan;
    uploadLatencyMs: MsRange | null;
    rich: RichOptions;
    /** Ends the posts of people that go on. */
    people: AbortController;
    outage: { readonly until: number; readonly plan: FaultPlan } | null;
  };
}

/** One call of a method, with its body read. */
export interface MethodCall {
  /** In the spelling of the documentation. */
  readonly method: string;
  readonly bot: BotIdentity;
  readonly fields: Fields;
  /** Moment of the clock at which its first bytes came. */
  readonly startedAt: number;
  /** How long a fault holds back what it posts; 0 for not at all. */
  readonly lateMs: number;
}

/** A method: returns the `result` of its answer, or a refusal. */
export type Method = (call: MethodCall, world: BotApiWorld) => Promise<Answered<unknown>> | Answered<unknown>;

/** Returns milliseconds of the sandbox's clock since the server was started. */
export function sinceStart(world: BotApiWorld): number {
  return world.clock.now() - world.startedAt;
}
