import { familyOf, isMediaKind, type MediaKind } from "../../domain/media.ts";
import type { PackBlock } from "../../telegram/pack-port.ts";
import type { Sent } from "../../telegram/port.ts";

/** What was put into a pack, in its order. */
export interface PackedMedium {
  readonly key: string;
  readonly kind: MediaKind;
  /** In its caption; null where none was written. */
  readonly tag: string | null;
  readonly bytes: number;
}

/** What the blocks of an answer are: that of each medium, in order, or why they cannot be told. */
export type Matching =
  | { readonly ok: true; readonly sent: readonly Sent[] }
  | { readonly ok: false; readonly why: string };

/**
 * Matches the blocks of an answer to what was packed, by order and kind. One that is not as it was sent (its tag, a document's
 * size) shows that the order is not ours, and then nothing of the answer is believed.
 */
export function matchBlocks(packed: readonly PackedMedium[], blocks: readonly PackBlock[]): Matching {
  if (blocks.length !== packed.length)
    return { ok: false, why: `${packed.length} media were sent and the answer has ${blocks.length}` };
  const sent: Sent[] = [];
  for (const [index, medium] of packed.entries()) {
    const block = blocks[index];
    const why = block?.sent ? whyOther(medium, block, block.sent) : "has no file_id";
    if (why !== null || !block?.sent)
      return { ok: false, why: `medium ${index + 1} of ${packed.length} (${medium.key}) ${why}` };
    sent.push(block.sent);
  }
  return { ok: true, sent };
}

function whyOther({ kind, tag, bytes }: PackedMedium, block: PackBlock, sent: Sent): string | null {
  if (tag !== null && block.caption !== tag)
    return `was tagged ${tag} and came back with ${block.caption ?? "no tag"}`;
  const came = isMediaKind(sent.kind) ? sent.kind : "document";
  // Within a family Telegram makes other kinds of media, as it does when they are sent singly.
  if (familyOf(came) !== familyOf(kind)) return `was sent as ${kind} and came back as ${sent.kind}`;
  const isAsItWas = kind === "document" && sent.kind === "document" && block.bytes !== null;
  return isAsItWas && block.bytes !== bytes ? `has ${bytes} bytes and came back with ${block.bytes}` : null;
}
