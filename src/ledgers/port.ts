import type { Selection } from "../domain/choices.ts";
import type { ContentId } from "../domain/content.ts";
import type { Entry } from "../domain/entry.ts";
import type { Failure, FailureClass } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Reason } from "../domain/reasons.ts";
import type { Result } from "../domain/result.ts";
import type { Shown } from "../domain/shown.ts";
import type { KnownEntry } from "../domain/task.ts";
import type { WorkMeasures } from "../domain/work-forecast.ts";
import type { PostedMessages } from "./adopt-port.ts";
import type { AttemptFacts, BeginAnswer, IdOrDoubt, ReadContent } from "./attempt-facts.ts";
import type { ForgottenKeys } from "./forget-port.ts";
import type { RememberedLanes } from "./lane-memory.ts";
import type { AskedRow, LostCalls } from "./look-port.ts";
import type { PackedCalls } from "./pack-port.ts";
import type { OfPlatform } from "./platform-port.ts";
import type { ProbePosts } from "./probe-port.ts";
import type { ReportedIds } from "./reported.ts";
import type { Resting } from "./rest-port.ts";
import type { Cut, RowOfKey, Selected } from "./selected.ts";
import type { SharedLanes } from "./share-port.ts";

export type { AttemptFacts, BeginAnswer, Cut, IdOrDoubt, ReadContent, RowOfKey, Selected };

/** Who writes to this ledger; a run with another identity is refused, with what differs. */
export interface Identity {
  readonly sandbox: boolean;
  /** Null in a sandbox, whose ports change. */
  readonly bucket: { readonly endpoint: string; readonly name: string } | null;
  /** Numeric id (the part of the token before the colon) and API root by slug. */
  readonly bots: readonly { readonly slug: string; readonly id: string; readonly apiRoot: string }[];
}

/** One object for one bot, as the plan asks about it. */
export interface Query {
  readonly bot: string;
  readonly kind: MediaKind;
  readonly entry: KnownEntry;
}

/** A stored file_id. */
export interface StoredId {
  readonly fileId: string;
  readonly fileUniqueId: string | null;
  readonly chatId: string | null;
  readonly messageId: number | null;
  /** The kind it is stored under: `document` for a photo that came back as one. */
  readonly kind: MediaKind;
  readonly weak: boolean;
}

/** What the ledger knows about a (bot, content, kind). */
export interface Found {
  /** The content id under which this object is known, or would be stored. */
  readonly content: ContentId;
  /**
   * `none`: no row, or a row in `warming` without an attempt. `weak` includes a photo whose id is stored under
   * `document`. `under_way`: another process is sending it at this moment.
   */
  readonly state: "none" | "unknown" | "error" | "ready" | "weak" | "under_way";
  /** `media_store` has this key, and it points at this content. False for a new key of known content, or a changed object. */
  readonly keyKnown: boolean;
  readonly stored: StoredId | null;
  /** What people see besides the media that `stored` sends; absent where that was not written down. */
  readonly shown?: Shown | undefined;
  /** The ledger has seen the ETag of this object with another size: it names no content, and none was looked for by it. */
  readonly manySizes?: boolean | undefined;
  readonly error: {
    readonly class: FailureClass | null;
    readonly reason: Reason | null;
    readonly message: string;
    /** The settings under which it failed (see {@link AttemptFacts.settings}). */
    readonly settings: string | null;
    /** Unix milliseconds before which a worker does not try it again; null when time does not help, or none is set. */
    readonly retryAt: number | null;
  } | null;
}

/** A key whose content is ready for this bot already, under another key. */
export interface KnownKey extends Query {
  readonly content: ContentId;
  /** What it went by until it was read, if it was: what is stored under its ETag and size then moves to `content`. */
  readonly was?: ContentId | undefined;
  /** The key stays where it is while one of these can serve what it points at now, and not yet this content. */
  readonly bots: readonly string[];
}

/** A key that a run decided on, with what is known of its object. */
export interface NotedKey {
  /** Slug; null where every bot of the run is meant. */
  readonly bot: string | null;
  readonly kind: MediaKind;
  readonly entry: Entry;
}

/** What came back from Telegram. */
export interface Confirmation {
  /** The content id now known: equal to that of the attempt, or the SHA-256 computed while uploading. */
  readonly content: ContentId;
  readonly stored: StoredId & { readonly chatId: string; readonly messageId: number };
  /** Set where the family changed: becomes the `error` of the row for the requested kind. */
  readonly asked: { readonly kind: MediaKind; readonly failure: Failure } | null;
  /** Why the id is weak, which its row says as long as it is, where `asked` does not. */
  readonly weakness?: Failure | null;
  /** What people see besides the media. */
  readonly shown?: Shown;
  /** The new id replaces a ready one (`--force`, weak). Otherwise the older ready row wins. */
  readonly replace: boolean;
  readonly mime: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly duration: number | null;
  /** All bots of this run that are to have this object: `media_store` moves to new content when the last of them has it. */
  readonly bots: readonly string[];
}

/** What a confirmation led to. */
export interface Confirmed {
  /** The row that readers now find. */
  readonly stored: StoredId;
  /** True when an older ready row of the same content won and the new id was dropped. */
  readonly duplicate: boolean;
}

/** An opaque handle for an attempt in state `sending`. */
export type AttemptId = number | bigint;

/** An entry that was requested by name (admin API). It is kept until all that became of it has ended. */
export interface QueuedEntry {
  /** Rises with each arrival and is never used twice. */
  readonly id: number;
  readonly entry: Entry;
}

/**
 * The record of what was sent. Every method takes effect as a whole and durably (it survives kill -9 and power loss), or not
 * at all. A row that has an id stays `ready` and keeps it until a new one is confirmed, unless the id is dead: then the row
 * is as one without an id from the next attempt on.
 * Methods throw LedgerError when the store itself fails (disk full, gone); that ends the run.
 */
export interface Ledger
  extends ReportedIds,
    ForgottenKeys,
    RememberedLanes,
    LostCalls,
    PackedCalls,
    ProbePosts,
    OfPlatform,
    Resting,
    PostedMessages {
  /** For people; without a password. */
  readonly place: string;
  /** What is doubtful about that place, with what to do; null or undefined where nothing is. */
  readonly caution?: string | null | undefined;
  /** Lanes that several processes share; absent where no other process may write. */
  readonly shared?: SharedLanes | undefined;
  /** Fails when a real run meets the ledger of a sandbox, or the reverse; writes nothing. */
  checkWorld(sandbox: boolean): Promise<Result<void>>;
  /** Records who writes here; fails, with what differs, when the ledger belongs to somebody else. */
  identify(identity: Identity): Promise<Result<void>>;
  /** Turns attempts that a dead process left `sending`, and their rows without an id, into `unknown`; adopting edits are given up. Returns how many. */
  recover(): Promise<number>;
  /**
   * Returns one answer for each query, in order. `again`: what is ready is to be sent again, so that {@link Found.manySizes}
   * is asked for it too; without it that is left open for what is ready under its own key.
   */
  lookup(page: readonly Query[], again?: boolean): Promise<Found[]>;
  /**
   * Returns what there is for each content, in order, by its hash where that has become known: its id, that of a document where it came
   * back as one; whether a call for it is in doubt, and was looked for, or is under way here; else null.
   */
  idsOf(asked: readonly AskedRow[]): Promise<IdOrDoubt[]>;
  /** Yields the keys in these states, in pages. */
  select(what: readonly Selection[], cut: Cut): AsyncIterable<Selected[]>;
  /** Returns the rows of these keys and bots, those of content that a key no longer has left out. */
  rowsOf(keys: readonly string[], bots: readonly string[]): Promise<RowOfKey[]>;
  /** Counts the rows that failed or are unknown; quick however many others there are. */
  countBad(bots: readonly string[]): Promise<{ readonly failed: number; readonly unknown: number }>;
  /**
   * Records the attempt as `sending`, and creates a row in `warming` where there is none. Throws `TakenElsewhere` where another process
   * sends it, or has since `facts.askedAt`; `LaneHeld` where its lane is not to be called; what ends an attempt throws `AttemptLost` once its lease was over.
   */
  begin(facts: AttemptFacts): Promise<AttemptId>;
  /** The same, unless {@link Ledger.idsOf} knows of its content, or its hash was learned: then it says so and writes nothing. */
  beginRead(facts: AttemptFacts, read: ReadContent): Promise<BeginAnswer>;
  /** Stores the id, in one transaction: row, `media_store`, attempt. */
  confirm(attempt: AttemptId, confirmation: Confirmation): Promise<Confirmed>;
  /** Records that the attempt failed and another follows; the row stays as it is. */
  retry(attempt: AttemptId, failure: Failure): Promise<void>;
  /**
   * Records that the item has failed in this run; `attempt` is null when there was no call. A row with an id stays ready. A worker tries
   * again after 2^(failures - 1) minutes, at most 64; never after a permanent failure or one of the configuration.
   */
  fail(attempt: AttemptId | null, facts: AttemptFacts, failure: Failure): Promise<void>;
  /** Records that the call may have posted: `unknown`, under the hash of its object where that was read. A row with an id stays ready. */
  doubt(attempt: AttemptId, failure: Failure, content?: ContentId): Promise<void>;
  /** Records keys that came to no attempt and that nothing is known of yet; of others nothing changes. */
  note(keys: readonly NotedKey[]): Promise<void>;
  /** Points a key at content that is ready for this bot already. */
  point(key: KnownKey): Promise<void>;
  /**
   * Queues these entries, in order. An entry whose key, bot and kind are already queued is a duplicate: the queued one is
   * updated to what the newer one says. If that changes it, it gets a new, higher id, so that a reader that has already
   * passed it reads it again.
   * An entry with `again` leaves what a queued one says as it is, stays so when a later one comes without it, and leaves the
   * queue with the next attempt of its (bot, kind, key) that ends, also with one that a dead process left.
   */
  enqueue(entries: readonly Entry[]): Promise<{ readonly accepted: number; readonly duplicates: number }>;
  /** Returns queued entries with an id above `after`, in the order of their arrival, at most 1,000. */
  queued(after: number): Promise<QueuedEntry[]>;
  /** Removes entries that have ended from the queue. Unknown ids are ignored. */
  dequeue(ids: readonly number[]): Promise<void>;
  /**
   * Returns rows in `warming` without a running call that are due (`next_retry_at` empty, past or unreadable), the oldest
   * first, at most 1,000: work that others (the bot platform) put there, and what a run left unfinished; also `error` rows that are due,
   * if their failure can pass, and rows whose id is dead. Rows without a key in `media_store` are left out; one with several is returned for each.
   */
  warming(bots: readonly string[]): Promise<Selected[]>;
  /** Marks a row of {@link warming} that cannot be started as `error`, to be tried again as after {@link fail}; not if it now has an id, or a call is running. */
  refuse(
    row: { readonly bot: string; readonly kind: MediaKind; readonly key: string },
    failure: Failure,
  ): Promise<void>;
  /** Returns what earlier runs measured of transfers. */
  measures(): Promise<WorkMeasures>;
  /** Remembers what was measured; what is null leaves what was known. */
  keepMeasures(measured: WorkMeasures): Promise<void>;
  /** Publishes more about who writes here (such as the address of its admin server), until it is closed. Field names are words. */
  announce?(fields: Readonly<Record<string, string>>): Promise<void>;
  /** Releases the ledger for the next writing process, once all that was asked of it before has taken effect. */
  close(): Promise<void>;
}
