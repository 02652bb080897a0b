import type { ContentId } from "../domain/content.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Shown } from "../domain/shown.ts";

/** The message by which a bot got an id that works, for another bot to get its own of. */
export interface PostedMessage {
  readonly chatId: string;
  readonly messageId: number;
  /** The same for all bots (core.telegram.org/bots/api#photosize); null where it was not written down. */
  readonly fileUniqueId: string | null;
  /** What people see besides the media. */
  readonly shown: Shown;
  /**
   * What its caption holds (see {@link AttemptFacts.tag}), null within for nothing; null where prewarm did not post it, so
   * that its caption is not known.
   */
  readonly caption: { readonly tag: string | null } | null;
  /** It holds several media. */
  readonly inPack: boolean;
}

/** Content as a kind that is asked for. */
export interface PostedQuery {
  readonly content: ContentId;
  readonly kind: MediaKind;
}

/** What one bot posted, for another to adopt. */
export interface PostedMessages {
  /**
   * Returns by which message this bot has an id that works, in order, one answer for each; that of the document where a photo came
   * back as one.
   */
  posted(bot: string, asked: readonly PostedQuery[]): Promise<(PostedMessage | null)[]>;
  /** Slugs of the bots that have an id. */
  posters(): Promise<string[]>;
}
