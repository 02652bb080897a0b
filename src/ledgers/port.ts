import type { ContentId } from "../domain/content.ts";
import type { Entry } from "../domain/entry.ts";
import type { Failure, FailureClass } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Reason } from "../domain/reasons.ts";
import type { Result } from "../domain/result.ts";
import type { KnownEntry } from "../domain/task.ts";

/** Who wrote this ledger; a run with another identity is refused by name. */
export interface Identity {
  readonly sandbox: boolean;
  /** `null` in a sandbox, whose ports change. */
  readonly bucket: { readonly endpoint: string; readonly name: string } | null;
  /** Numeric id (the part of the token before the colon) and API root by slug. */
  readonly bots: readonly { readonly slug: string; readonly id: string; readonly apiRoot: string }[];
}

/** One row of a page that the plan asks about. */
export interface Query {
  readonly bot: string;
  readonly kind: MediaKind;
  readonly entry: KnownEntry;
}

/** A row that has an id. */
export interface StoredId {
  readonly fileId: string;
  readonly fileUniqueId: string | null;
  readonly chatId: string | null;
  readonly messageId: number | null;
  /** The kind it is stored under: `document` for a photo that came back as one. */
  readonly kind: MediaKind;
  readonly weak: boolean;
}

/** What the ledger knows of (bot, content, kind). */
export interface Found {
  /** The content id under which this object is known, or would be stored. */
  readonly content: ContentId;
  /**
   * `none`: no row, or a row in `warming` with no attempt. `weak` includes a photo whose id stands under `document`.
   */
  readonly state: "none" | "unknown" | "error" | "ready" | "weak";
  /** `media_store` has this very key pointing at this content. False for a new key of known content, or a changed object. */
  readonly keyKnown: boolean;
  readonly stored: StoredId | null;
  readonly error: {
    readonly class: FailureClass | null;
    readonly reason: Reason | null;
    readonly message: string;
    /** The settings under which it failed (see {@link AttemptFacts.settings}). */
    readonly settings: string | null;
    /** Unix milliseconds before which a worker leaves it alone; null when time does not help or nothing is said. */
    readonly retryAt: number | null;
  } | null;
}

/** What is written down before a call. */
export interface AttemptFacts {
  readonly bot: string;
  readonly kind: MediaKind;
  readonly content: ContentId;
  readonly entry: KnownEntry;
  readonly chatId: string | null;
  /** A stable text of the settings that decide whether a permanent failure would come again. */
  readonly settings: string;
}

/** A key whose content is ready for this bot already, under another key. */
export interface KnownKey extends Query {
  readonly content: ContentId;
  /** The key stays where it is while one of these can serve what it points at now, and not yet this content. */
  readonly bots: readonly string[];
}

/** What came back from Telegram. */
export interface Confirmation {
  /** The content id now known: equal to that of the attempt, or the SHA-256 computed while uploading. */
  readonly content: ContentId;
  readonly stored: StoredId & { readonly chatId: string; readonly messageId: number };
  /** Set where the family changed; becomes the `error` of the row that was asked for. */
  readonly asked: { readonly kind: MediaKind; readonly failure: Failure } | null;
  /** A new id takes the place of a ready one (`--force`, weak). Otherwise the older ready row wins. */
  readonly replace: boolean;
  readonly mime: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly duration: number | null;
  /** All bots of this run that shall have this object: `media_store` moves to new content when the last of them has it. */
  readonly bots: readonly string[];
}

export interface Confirmed {
  /** The row that readers now find. */
  readonly stored: StoredId;
  /** True when an older ready row of the same content won and the new id was dropped. */
  readonly duplicate: boolean;
}

/** An opaque handle of an attempt in state `sending`. */
export type AttemptId = number | bigint;

export type Selection = "failed" | "unknown" | "weak";

/** A row found by `--only`. Size and ETag are those it was last seen with; rows that prewarm did not write may lack them. */
export interface Selected {
  readonly bot: string;
  readonly kind: MediaKind;
  readonly entry: Entry;
}

/** An entry that was asked for by name (admin API): kept until it has ended. */
export interface QueuedEntry {
  /** Rises with each arrival and is never used twice. */
  readonly id: number;
  readonly entry: Entry;
}

/** What is worth keeping of a lane between runs. */
export interface LaneMemory {
  readonly bot: string;
  readonly chat: string;
  /** Unix milliseconds; 0 when free. */
  readonly frozenUntil: number;
  /** Calls a minute once learned, `null` before. */
  readonly pace: number | null;
  /** Unix milliseconds at which `pace` was learned. */
  readonly paceAt: number | null;
  /** The chat this one became. */
  readonly migratedTo: string | null;
}

/**
 * The truth about what was sent. Every method either happens as a whole, durably (it survives kill -9 and power loss),
 * or not at all. A row that has an id stays `ready` and keeps it until a new one is confirmed.
 * Methods throw LedgerError when the store itself fails (disk full, gone); that ends the run.
 */
export interface Ledger {
  /** Where it is, without a password, for people. */
  readonly place: string;
  /** Whether this is a sandbox's ledger in a sandbox run, or a real one in a real run; writes nothing. */
  checkWorld(sandbox: boolean): Promise<Result<void>>;
  /** Remembers who writes here, or refuses a stranger by name. */
  identify(identity: Identity): Promise<Result<void>>;
  /** Attempts that a dead process left `sending` become `unknown`, as do their rows without an id. Answers how many. */
  recover(): Promise<number>;
  /** One answer a query, in order. */
  lookup(page: readonly Query[]): Promise<Found[]>;
  /** Keys that the ledger holds in these states, in pages, cut to `prefix` and `bots`. */
  select(
    what: readonly Selection[],
    cut: { prefix?: string | undefined; bots: readonly string[] },
  ): AsyncIterable<Selected[]>;
  /** Writes the attempt down as `sending`, and a row in `warming` where there is none. */
  begin(facts: AttemptFacts): Promise<AttemptId>;
  /** The id, in one transaction: row, `media_store`, attempt. */
  confirm(attempt: AttemptId, confirmation: Confirmation): Promise<Confirmed>;
  /** The attempt failed and another follows: the row stays as it is. */
  retry(attempt: AttemptId, failure: Failure): Promise<void>;
  /**
   * The item failed for good in this run; `attempt` is null when it never came to a call. A row with an id stays ready.
   * Another try is worth it after 2^(failures - 1) minutes, at most 64; never by itself after a permanent failure or one of
   * the configuration.
   */
  fail(attempt: AttemptId | null, facts: AttemptFacts, failure: Failure): Promise<void>;
  /** The call may have posted: `unknown`. A row with an id stays ready. */
  doubt(attempt: AttemptId, failure: Failure): Promise<void>;
  /** Points a key at content that is ready for this bot already. */
  point(key: KnownKey): Promise<void>;
  /**
   * Writes these down durably, in order. An entry whose key, bot and kind are waiting already is a duplicate and is not
   * written again: the waiting one takes over what the newer one says. Where that is something else it arrives anew, under
   * a higher id, so that whoever has read it already reads it again.
   */
  enqueue(entries: readonly Entry[]): Promise<{ readonly accepted: number; readonly duplicates: number }>;
  /** Waiting entries with an id above `after`, in the order of their arrival, at most 1,000. */
  queued(after: number): Promise<QueuedEntry[]>;
  /** These have ended: they wait no longer. Unknown ids are passed over. */
  dequeue(ids: readonly number[]): Promise<void>;
  /**
   * Rows in `warming` with no call under way that are due (`next_retry_at` empty, past or unreadable), the oldest first, at
   * most 1,000: work that others (the bot platform) put there, and what a run left half done; also `error` rows of a
   * reason that passes whose time has come. A row for which `media_store` has no key is no work that can be done; one
   * with several keys comes once a key.
   */
  warming(bots: readonly string[]): Promise<Selected[]>;
  /**
   * This row of {@link warming} cannot be begun (its object is gone, say): it becomes `error`, to be tried again as after
   * {@link fail}. Nothing happens where it has an id by now, or a call is under way.
   */
  refuse(work: Pick<Selected, "bot" | "kind"> & { readonly key: string }, failure: Failure): Promise<void>;
  lanes(): Promise<LaneMemory[]>;
  keepLane(memory: LaneMemory): Promise<void>;
  /** Tells readers more about who writes here (say, the address of its admin server) until it is closed. Names are words. */
  announce?(fields: Readonly<Record<string, string>>): Promise<void>;
  /** Releases the ledger for the next writing process. */
  close(): Promise<void>;
}

/** What stands in a ledger, as a reader sees it. Moments are UTC text, as the tables hold them. */
export interface LedgerView {
  /** Null where prewarm has not written yet. */
  readonly schemaVersion: number | null;
  /** The live process that writes to it. */
  readonly holder: {
    readonly command: string;
    readonly pid: string;
    readonly host: string;
    readonly since: string;
    /** Address of its admin server, where it has one. */
    readonly admin: string | null;
  } | null;
  readonly rows: readonly { readonly status: string; readonly weak: boolean; readonly count: number }[];
  readonly sending: { readonly count: number; readonly oldest: string | null };
  /** How the last attempts ended, at most 1,000 of them. */
  readonly recent: readonly {
    readonly state: string;
    readonly reason: string | null;
    readonly count: number;
  }[];
  readonly lanes: readonly LaneMemory[];
  /** Why a run with this identity would be refused. */
  readonly stranger: Failure | null;
}
