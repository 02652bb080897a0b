/** A block of a rich message, or an element of one, as it was given. */
export type RichJson = Readonly<Record<string, unknown>>;

/** The types of blocks that hold media; what they hold is under that name too (API InputRichBlock). */
const MEDIA_TYPES = ["photo", "video", "animation", "audio", "voice_note", "document"] as const;
/** The type of a block that holds media. */
export type MediaBlockType = (typeof MEDIA_TYPES)[number];

const OTHER_TYPES: ReadonlySet<unknown> = new Set(
  `
    paragraph heading pre footer divider mathematical_expression anchor list blockquote expandable_blockquote
    pullquote collage slideshow table details map buttons
  `
    .trim()
    .split(/\s+/),
);

/** Members in which a rich text stands. */
const TEXTS = ["text", "credit", "summary", "caption", "cells", "expression", "alternative_text"];

/** Returns the type of a block that holds media; null for any other. */
export function mediaTypeOf({ type }: RichJson): MediaBlockType | null {
  return MEDIA_TYPES.find((each) => each === type) ?? null;
}

/** True for a block of a type that there is. */
export function isBlockType(type: unknown): boolean {
  return OTHER_TYPES.has(type) || MEDIA_TYPES.includes(type as MediaBlockType);
}

/** Returns the blocks within a block, those of its items included. */
export function childrenOf(block: RichJson): readonly RichJson[] {
  const items = Array.isArray(block.items) ? block.items.filter(isJson) : [];
  return [block, ...items].flatMap(({ blocks }) => (Array.isArray(blocks) ? blocks.filter(isJson) : []));
}

/** Returns the media blocks of a list, those within others included, in the order of the message. */
export function mediaBlocksOf(blocks: readonly RichJson[]): RichJson[] {
  return blocks.flatMap((block) => (mediaTypeOf(block) ? [block] : mediaBlocksOf(childrenOf(block))));
}

/** How many blocks there are, those within others included. */
export function countBlocks(blocks: readonly RichJson[]): number {
  return blocks.reduce((sum, block) => sum + 1 + countBlocks(childrenOf(block)), 0);
}

/** How deep blocks are nested; 1 where none holds another. */
export function depthOf(blocks: readonly RichJson[]): number {
  return blocks.length === 0 ? 0 : 1 + Math.max(...blocks.map((block) => depthOf(childrenOf(block))));
}

/** How many letters of text there are in it. */
export function lettersOf(value: unknown, isText = false): number {
  if (typeof value === "string") return isText ? [...value].length : 0;
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + lettersOf(each, isText), 0);
  if (!isJson(value)) return 0;
  return Object.entries(value).reduce((sum, [name, each]) => sum + lettersOf(each, TEXTS.includes(name)), 0);
}

/** Returns the letters of a rich text: a string, a list, or one that is marked. */
export function plainText(text: unknown): string {
  if (typeof text === "string") return text;
  if (Array.isArray(text)) return text.map(plainText).join("");
  return isJson(text) ? plainText(text.text) : "";
}

/** Returns blocks with each media block replaced; null leaves one out. */
export function withMedia(
  blocks: readonly RichJson[],
  replace: (block: RichJson) => RichJson | null,
): readonly RichJson[] {
  return blocks.flatMap((block): RichJson[] => {
    if (mediaTypeOf(block)) {
      const other = replace(block);
      return other === null ? [] : [other];
    }
    const within = (part: RichJson): RichJson =>
      Array.isArray(part.blocks) ? { ...part, blocks: withMedia(part.blocks.filter(isJson), replace) } : part;
    const { items } = block;
    return [
      Array.isArray(items) ? { ...within(block), items: items.filter(isJson).map(within) } : within(block),
    ];
  });
}

/** True for a JSON object. */
export function isJson(value: unknown): value is RichJson {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
