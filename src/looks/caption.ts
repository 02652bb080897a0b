import { extensionOf, type MediaKind } from "../domain/media.ts";

/** Documents that Telegram may turn into stickers (tdlib/td#1057), which have no caption. */
const STICKERS: ReadonlySet<string> = new Set(["webp", "tgs"]);

/** Whether what is sent as this may lose its caption, and with it its tag. */
export function mayLoseCaption(kind: MediaKind, key: string): boolean {
  return kind === "document" && STICKERS.has(extensionOf(key));
}
