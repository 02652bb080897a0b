import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readSent } from "../../src/telegram/answer.ts";

const REPLIES = new URL("../../fixtures/replies/", import.meta.url);

function resultOf(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`${name}.json`, REPLIES), "utf8")).result;
}

/** What each fixture holds: kind, file_id, file_unique_id, width, height, duration, mime. */
const EXPECTED: Record<string, readonly (string | number | null)[]> = {
  animation: [
    "animation",
    "CgACACAgIAAyEFAASHbQACA06loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    "AgAD47kxG0QkZmVQ",
    200,
    150,
    1,
    "video/mp4",
  ],
  audio: [
    "audio",
    "CQACACAgIAAyEFAASHbQACA07loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    "AgAD48kxG0QkZmVQ",
    null,
    null,
    2,
    "audio/mpeg",
  ],
  "audio-ogg-as-voice": [
    "voice",
    "AwACACAgIAAyEFAASHbQACA12loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    "AgAD53kxG0QkZmVQ",
    null,
    null,
    2,
    "audio/ogg",
  ],
  document: [
    "document",
    "BQACACAgIAAyEFAASHbQACA09loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    "AgAD50kxG0QkZmVQ",
    null,
    null,
    null,
    "application/pdf",
  ],
  "document-short-unique-id": [
    "document",
    "BQACACAgIAAyEFAASHbQACA18loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    "AgADkxG0Qk",
    null,
    null,
    null,
    "text/csv",
  ],
  "document-without-unique-id": [
    "document",
    "BQACACAgIAAyEFAASHbQACA17loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    null,
    null,
    null,
    null,
    "application/epub+zip",
  ],
  "document-webp-as-sticker": [
    "sticker",
    "CAACACAgIAAyEFAASHbQACA14loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    "AgAD55kxG0QkZmVQ",
    320,
    240,
    null,
    null,
  ],
  photo: [
    "photo",
    "AgACACAgIAAyEFAASHbQACA02loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    "AQADx7kxG0QkZmR9",
    640,
    360,
    null,
    null,
  ],
  "photo-as-document": [
    "document",
    "BQACACAgIAAyEFAASHbQACA16loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    "AgAD57kxG0QkZmVQ",
    null,
    null,
    null,
    "image/jpeg",
  ],
  video: [
    "video",
    "BAACACAgIAAyEFAASHbQACA04loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    "AgAD45kxG0QkZmVQ",
    320,
    180,
    2,
    "video/mp4",
  ],
  "video-note": [
    "video_note",
    "DQACACAgIAAyEFAASHbQACA20loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    "AgAD61kxG0QkZmVQ",
    null,
    null,
    3,
    null,
  ],
  "video-silent-as-animation": [
    "animation",
    "CgACACAgIAAyEFAASHbQACA11loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    "AgAD52kxG0QkZmVQ",
    240,
    240,
    1,
    "video/mp4",
  ],
  voice: [
    "voice",
    "AwACACAgIAAyEFAASHbQACA08loX2kT7bQe9mW4vRzYpLsNcHdGfJt",
    "AgAD49kxG0QkZmVQ",
    null,
    null,
    2,
    "audio/ogg",
  ],
};
const WITHOUT_MEDIA = "text-without-media";

describe("readSent", () => {
  it.each(Object.entries(EXPECTED))(
    "reads the answer %s",
    (name, [kind, fileId, unique, width, height, duration, mime]) => {
      const result = resultOf(name);
      expect(readSent(result)).toEqual({
        chatId: "-1001234567890",
        messageId: result.message_id,
        kind,
        fileId,
        fileUniqueId: unique,
        width,
        height,
        duration,
        mime,
      });
    },
  );

  it("is tested with every fixture there is", () => {
    const names = readdirSync(REPLIES).map((file) => file.replace(".json", ""));
    expect(names.sort()).toEqual([...Object.keys(EXPECTED), WITHOUT_MEDIA].sort());
  });

  it("finds no id in a message without media", () => {
    expect(readSent(resultOf(WITHOUT_MEDIA))).toBeNull();
  });

  it("takes the largest size of a photo, in whatever order the sizes come", () => {
    const answer = resultOf("photo");
    const [small, middle, large] = answer.photo as [object, object, object];
    for (const photo of [
      [large, small, middle],
      [middle, large, small],
      [large, middle, small],
      [null, large, { width: 9_999, height: 9_999 }, small],
    ])
      expect(readSent({ ...answer, photo })).toMatchObject({ width: 640, fileUniqueId: "AQADx7kxG0QkZmR9" });
  });

  it("takes the last of sizes that say nothing of their size", () => {
    const photo = [{ file_id: "first" }, { file_id: "last" }];
    expect(readSent({ message_id: 1, chat: { id: 1 }, photo })?.fileId).toBe("last");
  });

  it("looks past members that are null", () => {
    const document = { file_id: "BQAC" };
    const answer = { message_id: 1, chat: { id: 5 }, animation: null, photo: null, document };
    expect(readSent(answer)).toMatchObject({ kind: "document", chatId: "5", fileId: "BQAC" });
  });

  const message = { message_id: 1, chat: { id: 5 } };
  it.each([
    [undefined],
    [null],
    [true],
    ["text"],
    [[]],
    [{}],
    [message],
    [{ ...message, photo: [] }],
    [{ ...message, photo: "AgAC" }],
    [{ ...message, photo: [{ width: 1, height: 1 }] }],
    [{ ...message, video: {} }],
    [{ ...message, video: "BAAC" }],
    [{ ...message, video: { file_id: "" } }],
    [{ ...message, video: { file_id: 7 } }],
    [{ chat: { id: 5 }, video: { file_id: "BAAC" } }],
    [{ message_id: 1, video: { file_id: "BAAC" } }],
    [{ message_id: "1", chat: { id: 5 }, video: { file_id: "BAAC" } }],
    [{ message_id: 1, chat: null, video: { file_id: "BAAC" } }],
  ])("makes nothing of %j", (junk) => {
    expect(readSent(junk)).toBeNull();
  });
});
