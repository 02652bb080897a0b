import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import type { Fields } from "./fields.ts";
import {
  childrenOf,
  countBlocks,
  depthOf,
  isBlockType,
  isJson,
  lettersOf,
  mediaBlocksOf,
  mediaTypeOf,
  type RichJson,
} from "./rich-blocks.ts";
import { type MarkupPart, type MediaLink, readHtml, readMarkdown } from "./rich-markup.ts";
import { RICH_LIMITS } from "./rich-options.ts";

/** What a rich message is made of. Its media blocks are those of the input, also where it came as markup. */
export interface RichInput {
  readonly blocks: readonly RichJson[];
  /** Media blocks that a URL in the markup stands for, which have errors of their own. */
  readonly loose: ReadonlySet<RichJson>;
}

/**
 * Reads `rich_message`: blocks, else Markdown, else HTML (all may be given; the first counts). Texts of errors as the server was seen to
 * word them: RICH_MESSAGE_* and `can't parse InputRichBlock: ...`.
 */
export function readRich(fields: Fields): Answered<RichInput> {
  const given = jsonOf(fields.get("rich_message"));
  if (!isJson(given)) return refused(badRequest("rich message must be non-empty"));
  const input = inputOf(given);
  if (!input.ok) return input;
  const wrong = formError(input.value.blocks) ?? limitError(input.value.blocks);
  return wrong === null ? input : refused(badRequest(wrong));
}

function inputOf(given: RichJson): Answered<RichInput> {
  if (Array.isArray(given.blocks)) return answered({ blocks: given.blocks.filter(isJson), loose: new Set() });
  if (typeof given.markdown === "string") return fromMarkup(readMarkdown(given.markdown), given.media);
  if (typeof given.html === "string") return fromMarkup(readHtml(given.html), given.media);
  return refused(badRequest("rich message must be non-empty"));
}

function fromMarkup(parts: readonly MarkupPart[], list: unknown): Answered<RichInput> {
  const media = new Map(
    (Array.isArray(list) ? list : []).filter(isJson).map((each) => [String(each.id), each.media] as const),
  );
  const loose = new Set<RichJson>();
  const blocks: RichJson[] = [];
  for (const part of parts) {
    if ("block" in part) blocks.push(part.block);
    else {
      const block = blockOf(part.link, media);
      if (block === null) return refused(badRequest("RICH_MESSAGE_PHOTO_NO_MEDIA_FOUND"));
      blocks.push(block);
      if (part.link.id === null) loose.add(block);
    }
  }
  return answered({ blocks, loose });
}

function blockOf(
  { id, url, type, caption }: MediaLink,
  media: ReadonlyMap<string, unknown>,
): RichJson | null {
  const shown = caption === "" ? {} : { caption: { text: caption } };
  if (id === null) {
    const kind = type ?? "document";
    return { type: kind, [kind]: { type: kind, media: url }, ...shown };
  }
  const given = media.get(id);
  if (!isJson(given) || mediaTypeOf(given) === null) return null;
  return { type: given.type, [String(given.type)]: given, ...shown };
}

/** What is wrong with the form of a block, in the words of the parser; null for nothing. */
function formError(blocks: readonly RichJson[]): string | null {
  for (const block of blocks) {
    const wrong = errorOf(block) ?? formError(childrenOf(block));
    if (wrong !== null)
      return `can't parse InputRichBlock: ${wrong}`.replace(/(can't parse InputRichBlock: )+/, "$1");
  }
  return null;
}

function errorOf(block: RichJson): string | null {
  if (block.type === undefined) return `Can't find field "type"`;
  if (!isBlockType(block.type)) return `type "${block.type}" is unsupported`;
  if (block.type === "heading" && block.size === undefined) return `Can't find field "size"`;
  const type = mediaTypeOf(block);
  if (type === null) return null;
  const medium = block[type];
  if (!isJson(medium)) return `Can't find field "${type}"`;
  return typeof medium.media === "string" ? null : "media not found";
}

function limitError(blocks: readonly RichJson[]): string | null {
  if (blocks.length === 0) return "RICH_MESSAGE_CONTENT_REQUIRED";
  if (countBlocks(blocks) > RICH_LIMITS.blocks) return "RICH_MESSAGE_BLOCKS_TOO_MANY";
  if (mediaBlocksOf(blocks).length > RICH_LIMITS.media) return "RICH_MESSAGE_MEDIA_TOO_MANY";
  if (depthOf(blocks) > RICH_LIMITS.depth) return "RICH_MESSAGE_DEPTH_INVALID";
  return lettersOf(blocks) > RICH_LIMITS.letters ? "RICH_MESSAGE_TEXT_TOO_LONG" : null;
}

function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
