import type { MediaKind } from "./media.ts";

/** What can be proved of a bot, and what each proof may say. Others may stand in a ledger: they are left as they are. */
export type ProofWhat =
  /** `supported`, or `unsupported`: the server has no way to send several media in one message, or the chat takes none. */
  | "packs"
  /** What the quota of a chat counts: `messages`, or `media`; `taken_back` once a flood contradicted the first. */
  | "quota"
  /** How many media of one message are kept, as a number. */
  | "keeps"
  /** Ids of this kind that came in a pack: `ordinary` where its own method sends them, else `rich_only`. */
  | `ids:${MediaKind}`
  /** Where the quota counts media, one message with more than it ever lets through at once: `refuse`, or `debt` (it goes when nothing is owed, and owes the rest). */
  | "overflow"
  /** Whether an error says which medium of a message it is about: `named` or `unnamed`. */
  | "names_bad"
  /** Ids of media of one message that were not kept: `live` or `dead`; `none` where all were kept. */
  | "dropped_ids"
  /** Bytes of one message's uploads that were taken, as a number; `0` where none of those tried were. */
  | "max_body"
  /** Media by URL in one message that were taken, as a number. */
  | "url_flood"
  /** How a chat limits one bot: `token_bucket`, `bucket_minute`, `sliding_minute`, `fixed_window` or `none`. */
  | "limit"
  /** Whether the answer to an edit holds the media: `media`, `bare` or `refused`. */
  | "edit"
  /** How a second bot in the same chat gets an id of its own: `edit`, `forward` or `none`. */
  | "second_bot"
  /** Whether an id works once its message is deleted: `lives` or `dies`. */
  | "id_outlives_message"
  /** Whether an id that came without any message works: `lives` or `dies`; `refused` where none was given. */
  | "id_without_message";

/** Something that only Telegram can tell, as it answered: for a bot, and for one chat or all chats of a type. */
export interface Proof {
  /** Slug. */
  readonly bot: string;
  /** The id of a chat, a type of chats (`channel`), or `*` for all. */
  readonly scope: string;
  readonly what: string;
  readonly result: string;
  /** What was seen, for people: figures and texts, no secrets. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** Unix milliseconds. */
  readonly at: number;
}

/** How long a proof is believed, in milliseconds: 30 days. Our own choice: Telegram changes limits without notice. */
export const BELIEVED_MS = 30 * 24 * 3_600_000;
