import { expect, it } from "vitest";
import type { MediaKind } from "../../src/domain/media.ts";
import { classifyStored } from "../../src/pipeline/stored-kind.ts";
import type { Sent } from "../../src/telegram/port.ts";

const sent = (kind: Sent["kind"], fileUniqueId: string | null): Sent => ({
  ...{ kind, fileUniqueId, chatId: "-1", messageId: 7, fileId: "id" },
  ...{ width: null, height: null, duration: null, mime: null },
});
const LONG = "AQADBAATxyz12345";

it.each<
  [
    asked: MediaKind,
    came: Sent["kind"],
    uniqueId: string | null,
    stored: MediaKind,
    weakness: string | null,
    askedFails: boolean,
  ]
>([
  ["photo", "photo", LONG, "photo", null, false],
  ["photo", "photo", "0123456789", "photo", "short_unique_id", false],
  ["photo", "photo", "01234567890", "photo", null, false],
  ["photo", "photo", null, "photo", "short_unique_id", false],
  ["photo", "document", LONG, "document", "came_back_as_document", true],
  ["photo", "sticker", LONG, "document", "came_back_as_document", true],
  ["video", "animation", LONG, "video", "came_back_as_other", false],
  ["document", "sticker", LONG, "document", "came_back_as_other", false],
  ["document", "document", LONG, "document", null, false],
  ["audio", "voice", LONG, "audio", "came_back_as_other", false],
  ["document", "photo", LONG, "photo", "came_back_as_other", true],
])(
  "%s that came back as %s (%s) stands under %s, weak: %s",
  (asked, came, uniqueId, stored, weakness, askedFails) => {
    const reading = classifyStored(asked, sent(came, uniqueId), "a.jpg");
    expect(reading.stored).toEqual({
      ...{ fileId: "id", fileUniqueId: uniqueId, chatId: "-1", messageId: 7 },
      kind: stored,
      weak: weakness !== null,
    });
    expect(reading.weakness?.reason ?? null).toBe(weakness);
    expect(reading.asked).toEqual(askedFails ? { kind: asked, failure: reading.weakness } : null);
  },
);
