import type { MediaKind } from "../domain/media.ts";

/** Which id is wanted. */
export interface IdQuery {
  /** The object's key in the bucket. */
  readonly key: string;
  /** Slug of the bot that sends; by default that of the place, else the only bot in the ledger, else `default`. */
  readonly bot?: string | undefined;
  /** By default that of the key's extension if there is such an id, else one that is not weak, else any. */
  readonly kind?: MediaKind | undefined;
}

/** An id that its bot can send. */
export interface WarmId {
  readonly fileId: string;
  /** The kind it is stored under, so the method that sends it: `document` for a photo that came back as one. */
  readonly kind: MediaKind;
  /** It works, but not as the kind that was asked for. */
  readonly weak: boolean;
}

/** What a bot learned: the id that came back when it sent the object itself, or that a stored id is dead. */
export interface IdReport {
  readonly type: "learned" | "dead";
  readonly key: string;
  /** Slug; by default as in a lookup. */
  readonly bot?: string | undefined;
  /** The kind that was asked for. */
  readonly kind: MediaKind;
  /** The kind that came back, where it is another one. */
  readonly storedKind?: MediaKind | undefined;
  readonly fileId: string;
  readonly fileUniqueId: string | null;
  /** ETag of what was sent; null where it is not known. */
  readonly etag: string | null;
  /** Size of what was sent; null where it is not known. */
  readonly bytes: number | null;
}

/** A report of a bot that is known by its slug. */
export interface BotReport extends IdReport {
  readonly bot: string;
}

/** A report that waits to be taken over. */
export interface ShelvedReport extends BotReport {
  readonly id: number;
}

/** Where reports wait until whoever holds the ledger takes them over. Where it cannot be read there are none. */
export interface ReportShelf {
  /** Returns the reports of this type and of these bots that are due, the oldest first. */
  pending(type: IdReport["type"], bots: readonly string[], limit: number): Promise<ShelvedReport[]>;
  /** Whether a bot reported this id as dead, and Telegram was not asked yet. */
  isDoubted(id: { readonly bot: string; readonly key: string; readonly fileId: string }): Promise<boolean>;
  /** Takes it away; false where that is not possible now. */
  drop(report: ShelvedReport): Promise<boolean>;
  /** Leaves it for `ms` of real time from now; false where that is not possible now. */
  putOff(report: ShelvedReport, ms: number): Promise<boolean>;
  close(): void | Promise<void>;
}

/** What became of reports that a worker was given. */
export type ReportsTaken =
  | { readonly ok: true; readonly accepted: number }
  /** Too many for now: none was taken, and they may come again in so many seconds. */
  | { readonly ok: false; readonly retryAfter: number };

/** The ids of a worker's own ledger, as its admin server gives them out. */
export interface IdDesk {
  /** As {@link Ids.fileIds}. */
  fileIds(queries: readonly IdQuery[]): Promise<(WarmId | null)[]>;
  /** Keeps reports durably, all or none, but for those that nothing can be made of; lookups see them at once. */
  report(reports: readonly IdReport[]): Promise<ReportsTaken>;
  close(): Promise<void>;
}

/** The ids of a ledger, as bots read them: from its file or database, or from a worker over HTTP. */
export interface Ids {
  /**
   * Returns the id, or null where there is none that works. Also null when the ledger is gone or locked by another program,
   * which is never waited for: a message to a user does not depend on it.
   */
  fileId(query: IdQuery): Promise<WarmId | null>;
  /** It reads a file, which cannot be slow but for a disk that hangs: a message may wait for it, also while it is loaded. */
  readonly isLocal?: boolean;
  /** As {@link fileId}, but rejects where the ledger gave no answer, instead of having no id. */
  ask?(query: IdQuery): Promise<WarmId | null>;
  /** Returns one answer for each query, in order; a text is a key. */
  fileIds(queries: readonly (string | IdQuery)[]): Promise<(WarmId | null)[]>;
  /**
   * Keeps what a bot learned or found dead, durably where that is possible; lookups of this ledger see it at once. Never
   * throws because the ledger is gone, locked or may not be written.
   */
  report(report: IdReport): Promise<void>;
  /** Releases the place. */
  close(): Promise<void>;
}
