import { createHash } from "node:crypto";
import type { RichOptions } from "../../../src/sandbox/bot-api/rich-options.ts";
import { keyOfUrl } from "./bucket.ts";
import type { Form } from "./form.ts";

/** A medium of a message of several, as it was asked for. */
export interface RichMedium {
  readonly kind: string;
  readonly tag: string | null;
  /** Of an upload; null for what comes by a URL. */
  readonly sha256: string | null;
  /** By which it is fetched; null for an upload. */
  readonly key: string | null;
}

interface Block {
  readonly type: string;
  readonly caption?: { readonly text: string };
}

/** The media of a message of several. */
export function readRich({ fields, files }: Form): RichMedium[] {
  const { blocks } = JSON.parse(fields.get("rich_message") ?? '{"blocks":[]}') as {
    readonly blocks: Block[];
  };
  return blocks.map((block) => {
    const { type, caption } = block;
    const { media } = (block as unknown as Record<string, { readonly media: string }>)[type] ?? { media: "" };
    const file = files.get(media.replace("attach://", ""));
    return {
      kind: type,
      tag: caption?.text ?? null,
      sha256: file === undefined ? null : createHash("sha256").update(file).digest("hex"),
      key: file === undefined ? keyOfUrl(media) : null,
    };
  });
}

/** What is refused about such a message before any of its media is looked at, as in `src/sandbox/bot-api`; null for nothing. */
export function tooMuch(
  media: readonly RichMedium[],
  { files }: Form,
  { max_body, url_flood }: RichOptions,
): "body" | "urls" | null {
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  if (max_body !== null && bytes > max_body) return "body";
  const urls = media.filter(({ key }) => key !== null).length;
  return url_flood !== null && urls > url_flood ? "urls" : null;
}

/** An error about one medium, which says so where that is switched on. */
export function aboutMedium(text: string, index: number, { names_bad }: RichOptions): string {
  return names_bad ? `failed to send message #${index + 1} with the error message "${text}"` : text;
}

/** The answer to such a message with its media mixed up on the way; null where it holds too few for that. */
export function withOtherMedia(body: string, how: "one missing" | "two swapped"): string | null {
  const answer = JSON.parse(body) as { result?: { rich_message?: { blocks: unknown[] } } };
  const blocks = answer.result?.rich_message?.blocks;
  const [first, second, ...rest] = blocks ?? [];
  if (!answer.result || first === undefined || second === undefined) return null;
  const other = how === "one missing" ? [second, ...rest] : [second, first, ...rest];
  return JSON.stringify({ ...answer, result: { ...answer.result, rich_message: { blocks: other } } });
}
