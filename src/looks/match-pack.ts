import { familyOf, isMediaKind, type MediaKind } from "../domain/media.ts";
import type { LostPack } from "../ledgers/look-port.ts";
import type { PackBlock } from "../telegram/pack-port.ts";
import type { SeenMessage, Sent, SentTold } from "../telegram/port.ts";
import type { Tagged } from "./match.ts";

/** A call that was lost, as far as its medium in a message of several is known by it. */
export interface PackedTag extends Tagged {
  readonly kind: MediaKind;
  readonly pack: LostPack | null;
}

/** What a message of several media says of the calls that were to post it. */
export interface PackMatch<Call extends PackedTag> {
  /** Those whose media it holds. */
  readonly found: readonly { readonly call: Call; readonly media: SentTold }[];
  /** Those whose media it does not hold: it ends before their places. */
  readonly absent: readonly Call[];
  /** Those of which nothing of it is believed, and why; it is not as it was sent. */
  readonly mismatched: { readonly calls: readonly Call[]; readonly why: string } | null;
}

const NOTHING = { found: [], absent: [], mismatched: null };

/**
 * Matches the media of a message that was seen to the calls that were to post it: by the tag of one it is told whose message it is, and then
 * each medium has to stand in its place, with its tag, as its kind. Where one does not, nothing of it is believed. Of a message that
 * was cut the media behind its end are not there.
 */
export function matchPack<Call extends PackedTag>(
  { blocks, originId }: SeenMessage,
  asked: { readonly chatId: string; readonly messageId: number },
  calls: readonly Call[],
): PackMatch<Call> {
  if (blocks === null || (originId !== null && originId !== asked.messageId)) return NOTHING;
  const tags = new Set(blocks.map(({ caption }) => caption));
  const id = calls.find(({ tag, pack }) => pack !== null && tag !== null && tags.has(tag))?.pack?.id;
  const mates = calls.filter(({ pack }) => id !== undefined && pack?.id === id);
  const likely = id === undefined ? untagged(blocks, calls) : [];
  if (likely.length > 0) return { ...NOTHING, mismatched: { calls: likely, why: "its media have no tags" } };
  const found: { call: Call; media: SentTold }[] = [];
  const absent: Call[] = [];
  for (const call of mates) {
    const block = blocks[call.pack?.index ?? 0];
    if (!block) {
      absent.push(call);
      continue;
    }
    const why = whyOther(call, block);
    if (why !== null || !block.sent) return { ...NOTHING, mismatched: { calls: mates, why: why ?? "" } };
    found.push({ call, media: { ...block.sent, ...asked, bytes: block.bytes ?? undefined } });
  }
  return { found, absent, mismatched: null };
}

/** Calls of a pack that a message without any tag may be: it has its media in that order, and whether it is that one nobody can say. */
function untagged<Call extends PackedTag>(blocks: readonly PackBlock[], calls: readonly Call[]): Call[] {
  if (blocks.length === 0 || blocks.some(({ caption }) => caption !== null)) return [];
  const ids = new Set(calls.flatMap(({ pack, tag }) => (pack && tag !== null ? [pack.id] : [])));
  return [...ids].flatMap((id) => {
    const mates = calls.filter(({ pack }) => pack?.id === id);
    const isLike = mates.every((call) => {
      const came = blocks[call.pack?.index ?? 0]?.sent?.kind;
      return came === undefined || isAs(call.kind, came);
    });
    return isLike ? mates : [];
  });
}

function isAs(kind: MediaKind, came: Sent["kind"]): boolean {
  return familyOf(isMediaKind(came) ? came : "document") === familyOf(kind);
}

function whyOther({ kind, tag, pack }: PackedTag, { sent, caption }: PackBlock): string | null {
  const medium = `medium ${(pack?.index ?? 0) + 1}`;
  if (caption !== tag) return `${medium} was tagged ${tag} and has ${caption ?? "no tag"} there`;
  if (!sent) return `${medium} has no file_id`;
  return isAs(kind, sent.kind) ? null : `${medium} was sent as ${kind} and is a ${sent.kind}`;
}
