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
  | `ids:${MediaKind}`;

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
