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
  /** Slug. */
  readonly bot: string;
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

/** The ids of a ledger, as bots read them: from its file or database, or from a worker over HTTP. */
export interface Ids {
  /**
   * Returns the id, or null where there is none that works. Also null when the ledger is gone or locked by another program,
   * which is never waited for: a message to a user does not depend on it.
   */
  fileId(query: IdQuery): Promise<WarmId | null>;
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
