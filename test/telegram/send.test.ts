import { encodeForm } from "node-telegram-bot-api";
import { describe, expect, it } from "vitest";
import { MEDIA_KINDS, METHODS, type MediaKind } from "../../src/domain/media.ts";
import { bodyBytes, fieldsOf, streamedFile } from "../../src/telegram/send.ts";
import { inMemory, madeUp, photo } from "./scripted-server.ts";

/** All that a request can say. */
const DRESSED = {
  thumbnail: Buffer.from("jpeg"),
  width: 640,
  height: 360,
  duration: 12.5,
  title: "Title",
  performer: "Performer",
};

const EXTRAS: Record<MediaKind, string[]> = {
  photo: [],
  video: ["width", "height", "duration", "thumbnail", "supports_streaming"],
  animation: ["width", "height", "duration", "thumbnail"],
  audio: ["duration", "title", "performer", "thumbnail"],
  voice: ["duration"],
  document: ["thumbnail"],
};

describe("fieldsOf", () => {
  it.each(MEDIA_KINDS)(
    "gives a %s what it takes and nothing else, the media last, without a sound",
    (kind) => {
      const fields = fieldsOf(photo({ ...DRESSED, kind }), "https://r2.example/a.jpg");
      const names = Object.keys(fields);
      expect([...names].sort()).toEqual([...EXTRAS[kind], "chat_id", "disable_notification", kind].sort());
      expect(names.at(-1)).toBe(kind);
      expect(fields).toMatchObject({
        chat_id: "-1001",
        disable_notification: true,
        [kind]: "https://r2.example/a.jpg",
      });
    },
  );

  it.each(MEDIA_KINDS)("calls the method of a %s", (kind) => {
    expect(METHODS[kind].toLowerCase()).toBe(`send${kind}`);
  });

  it("sends whole seconds, and nothing that is not known", () => {
    const duration = (value: number | undefined) =>
      fieldsOf(photo({ kind: "video", duration: value }), "x").duration;
    expect([12.4, 12.5, 0.4, 0, undefined].map(duration)).toEqual([12, 13, 1, 0, undefined]);
    expect(Object.keys(fieldsOf(photo({ kind: "audio" }), "x"))).toEqual([
      "chat_id",
      "disable_notification",
      "audio",
    ]);
  });
});

async function encoded(request: ReturnType<typeof photo>): Promise<string> {
  if (typeof request.media === "string") throw new Error("no upload");
  const { body } = await encodeForm(fieldsOf(request, streamedFile(request.media)));
  return new Response(body() as ReadableStream).text();
}

describe("bodyBytes", () => {
  it.each([
    ["a bare file", photo({ media: inMemory("twelve bytes") })],
    ["a name beyond ASCII", photo({ media: inMemory("x", 'Überblick "2"\n.pdf') })],
    [
      "a thumbnail and texts",
      photo({ ...DRESSED, kind: "audio", media: madeUp(200_000).source, title: "Größe ✓" }),
    ],
    ["a thumbnail that is not sent", photo({ ...DRESSED, kind: "voice", media: inMemory("x") })],
  ])("is the exact length of the form around %s", async (_, request) => {
    if (typeof request.media === "string") throw new Error("no upload");
    expect(await bodyBytes(request, request.media)).toBe(Buffer.byteLength(await encoded(request)));
  });
});

describe("a streamed file", () => {
  it("is opened anew for each body", async () => {
    const { source, state } = madeUp(100_000);
    const { body } = await encodeForm(fieldsOf(photo(), streamedFile(source)));
    for (const nth of [1, 2]) {
      const text = await new Response(body() as ReadableStream).arrayBuffer();
      expect(text.byteLength).toBeGreaterThan(100_000);
      expect(state.opened).toBe(nth);
    }
  });

  it("is named in its part", async () => {
    expect(await encoded(photo({ media: inMemory("x", "menu.png") }))).toContain(
      'name="photo"; filename="menu.png"',
    );
  });
});
