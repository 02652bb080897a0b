/** Something that failed or may have been posted, as `prewarm failures` shows it. */
export interface FailedRow {
  /** Null where no key is known of it any more. */
  readonly key: string | null;
  readonly bot: string;
  readonly kind: string;
  readonly status: "failed" | "unknown";
  /** Null, like its class and perhaps its message, in rows that prewarm did not write. */
  readonly reason: string | null;
  readonly class: string | null;
  readonly message: string | null;
  /** UTC text, as in the tables. */
  readonly at: string | null;
  /** The chat of the last call whose answer was lost, and the caption of its message there; null where there is none. */
  readonly chat: string | null;
  readonly tag: string | null;
}
