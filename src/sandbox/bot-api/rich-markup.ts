import type { MediaBlockType, RichJson } from "./rich-blocks.ts";

/** A link to media in the markup: to one of the list beside it by id, or to a URL. */
export interface MediaLink {
  readonly url: string;
  /** The id of a `tg://photo?id=...`; null for a URL. */
  readonly id: string | null;
  /** What the markup says it is; null where only what the URL serves tells. */
  readonly type: MediaBlockType | null;
  readonly caption: string;
}

/** A part of a text in HTML or Markdown: a block of text, or media. */
export type MarkupPart = { readonly block: RichJson } | { readonly link: MediaLink };

const TYPE_OF_TAG: Readonly<Record<string, MediaBlockType>> = {
  img: "photo",
  video: "video",
  audio: "audio",
  "tg-document": "document",
};

/** Splits HTML into its media (`img`, `video`, `audio`, `tg-document`, with the `figcaption` of their `figure`) and text between. */
export function readHtml(html: string): MarkupPart[] {
  const media =
    /<(img|video|audio|tg-document)\b[^>]*?\bsrc="([^"]*)"[^>]*>(?:\s*<\/\1>)?(?:\s*<figcaption>(.*?)<\/figcaption>)?/gis;
  return split(html, media, ([, tag = "", url = "", caption = ""]) =>
    linkTo(url, TYPE_OF_TAG[tag.toLowerCase()] ?? null, bare(caption)),
  );
}

/** Splits Markdown into its media (`![](url "caption")`) and text between. */
export function readMarkdown(text: string): MarkupPart[] {
  const media = /!\[[^\]]*\]\(([^\s)]+)(?:\s+"([^"]*)")?\)/g;
  return split(text, media, ([, url = "", caption = ""]) => linkTo(url, null, caption));
}

function split(
  text: string,
  media: RegExp,
  linkOf: (match: RegExpExecArray) => MediaLink | null,
): MarkupPart[] {
  const parts: MarkupPart[] = [];
  let from = 0;
  const addText = (until: number) => {
    const between = bare(text.slice(from, until));
    if (between !== "") parts.push({ block: { type: "paragraph", text: between } });
  };
  for (const match of text.matchAll(media)) {
    const link = linkOf(match);
    if (link === null) continue;
    addText(match.index);
    parts.push({ link });
    from = match.index + match[0].length;
  }
  addText(text.length);
  return parts;
}

/** Null for a link of another sort, such as an emoji. */
function linkTo(url: string, type: MediaBlockType | null, caption: string): MediaLink | null {
  const known = /^tg:\/\/(photo|video|audio|document)\?id=([\w-]{1,64})$/.exec(url);
  if (known) return { url, id: known[2] ?? "", type: null, caption };
  return /^https?:\/\//i.test(url) ? { url, id: null, type, caption } : null;
}

function bare(html: string): string {
  return html
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}
