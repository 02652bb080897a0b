import type { MediaKind } from "../domain/media.ts";
import type { CallAnswer, MessageMedia, Sent } from "./port.ts";

/** A medium of a pack. */
export interface PackMedium extends MessageMedia {
  readonly kind: MediaKind;
  /** Written into its caption; null for none. */
  readonly tag: string | null;
}

/** Several media to be posted in one message. */
export interface PackRequest {
  readonly chat: string;
  /** At most 50 (core.telegram.org/bots/api#sendrichmessage). */
  readonly media: readonly PackMedium[];
  readonly signal?: AbortSignal | undefined;
}

/** A medium of a message, as the answer describes it. */
export interface PackBlock {
  /** Null where it has no file_id that can be read. */
  readonly sent: Sent | null;
  readonly caption: string | null;
  /** Size of the file, of a photo that of its largest size; null where the answer does not say. */
  readonly bytes: number | null;
}

/** A message with several media that was posted; blocks in the order of the message. */
export interface SentPack {
  readonly chatId: string;
  readonly messageId: number;
  readonly blocks: readonly PackBlock[];
}

/** What a pack returns: its message, or a failure, after which nothing was posted unless it is in doubt. */
export type PackAnswer = CallAnswer<SentPack> & {
  /** Which medium is at fault, counted from 0; null where nothing tells. */
  readonly medium: number | null;
};
