/** How rich messages behave where nobody knows how Telegram does. */
export interface RichOptions {
  /** False: the method is not there. */
  readonly supported: boolean;
  /** What of a rich message counts against the quota of its chat: itself, or each of its media. */
  readonly counts: "message" | "media";
  /** One that counts more than a full bucket holds: always refused, or let through when the bucket is full, which then owes the rest. */
  readonly overflow: "refuse" | "debt";
  /** What ids of its media are good for: every method, or rich messages alone. */
  readonly ids: "ordinary" | "rich_only";
  /** Whether an error says which medium it is about. */
  readonly names_bad: boolean;
  /** Bytes of the largest body; null for the limit of all methods. */
  readonly max_body: number | null;
  /** More media by URL than this are refused with a wait; null for no such limit. */
  readonly url_flood: number | null;
  /** The block with which more media than these are there is dropped in silence, with all that follow (openclaw/openclaw#129004: 20). */
  readonly keeps: number;
  /** Whether ids of dropped media, which the answer shows all the same, can be sent. */
  readonly dropped_ids: "live" | "dead";
}

/** As the documentation says, and in the best case where it says nothing. */
export const DOCUMENTED_RICH: RichOptions = {
  supported: true,
  counts: "message",
  overflow: "debt",
  ids: "ordinary",
  names_bad: false,
  max_body: null,
  url_flood: null,
  keeps: 50,
  dropped_ids: "live",
};

/** Limits of a rich message (API, "Rich Message Limits"). */
export const RICH_LIMITS = { media: 50, blocks: 500, letters: 32_768, depth: 16 } as const;
