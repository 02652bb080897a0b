import type { LeftLook, TaggedPost } from "../ledgers/look-port.ts";
import type { SeenMessage, SentTold } from "../telegram/port.ts";

/** A call that was lost, as far as its message is known by it. */
export interface Tagged {
  readonly tag: string | null;
}

/** A message that was found, under the id at which it stands. */
export interface Match<Call extends Tagged> {
  readonly call: Call;
  readonly media: SentTold;
}

/** Characters that nobody sees, which an edit may have added. */
const UNSEEN = /[\s\u200b-\u200f\u2060-\u2064\ufeff]+$/u;

/**
 * Returns whose message was seen when this chat was asked for `asked`; null for that of a stranger, one without media, and a
 * copy of one that stands elsewhere. What was seen may itself be a copy that a forward made: the match is the message asked for.
 */
export function matchOf<Call extends Tagged>(
  seen: SeenMessage,
  asked: { readonly chatId: string; readonly messageId: number },
  calls: readonly Call[],
): Match<Call> | null {
  if (seen.caption === null || seen.media === null) return null;
  if (seen.originId !== null && seen.originId !== asked.messageId) return null;
  const tag = tagOf(seen.caption);
  const call = calls.find((each) => each.tag !== null && each.tag === tag);
  return call ? { call, media: { ...seen.media, ...asked } } : null;
}

/** The tag that a caption holds, if it holds one. */
function tagOf(caption: string): string {
  return caption.replace(UNSEEN, "");
}

/**
 * Whether what stands under `id` in the chat of a look is a copy of the message that was asked for: in a channel a copy says so, one of a copy of what that is one of,
 * and wherever a message with a tag stands, or a medium among others, each other one with this tag is a copy of it.
 */
export function isCopyOf(
  { chatId, messageId, origins, originals }: Pick<LeftLook, "chatId" | "messageId" | "origins" | "originals">,
  { caption, originId, blocks }: Pick<SeenMessage, "caption" | "originId" | "blocks">,
  id: number,
): boolean {
  if (originId !== null && originId !== id && id !== messageId && origins.includes(originId)) return true;
  const captions = [caption, ...(blocks ?? []).map((block) => block.caption)];
  const tags = captions.flatMap((text) => (text === null ? [] : [tagOf(text)]));
  const isItself = (post: TaggedPost) => post.chatId === chatId && post.messageId === id;
  return originals.some((post) => tags.includes(post.tag) && !isItself(post));
}
