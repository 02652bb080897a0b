import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { failed, ok } from "../../src/domain/result.ts";
import type { PackAnswer, PackMedium, PackRequest } from "../../src/telegram/pack-port.ts";
import {
  botAt,
  type Exchange,
  failureOf,
  inMemory,
  madeUp,
  reply,
  type Script,
  scriptedServer,
} from "./scripted-server.ts";

const url = (name: string, more: Partial<PackMedium> = {}): PackMedium => ({
  kind: "photo",
  media: `https://r2.example/${name}`,
  tag: "abcdefghij",
  ...more,
});
const pack = (...media: PackMedium[]): PackRequest => ({ chat: "-1001", media });

const PHOTO = {
  type: "photo",
  photo: [
    { file_id: "s", file_unique_id: "su" },
    { file_id: "AgAC", file_unique_id: "AQADx7kxG0Qk", width: 90, height: 90, file_size: 500 },
  ],
  caption: { text: "abcdefghij" },
};
const posted = (...blocks: object[]) => ({
  ok: true,
  result: { message_id: 7, chat: { id: -1001 }, rich_message: { blocks } },
});

async function sendPack(script: Script, request: PackRequest) {
  const { url: root, seen } = await scriptedServer(script);
  const answer = await botAt(root).sendPack(request);
  return { answer, seen, body: Buffer.concat(seen[0]?.body ?? []).toString("latin1") };
}
const says = (status: number, body: unknown): Script => ({
  whole: (exchange: Exchange) => reply(exchange, status, body),
});
const richOf = (body: string) => JSON.parse(new URLSearchParams(body).get("rich_message") ?? "null");

describe("a pack by URL", () => {
  it("is one call with a block each, in order, silent, its tags as captions", async () => {
    const { seen, body, answer } = await sendPack(
      says(200, posted(PHOTO)),
      pack(
        url("a.jpg"),
        url("b.ogg", { kind: "voice", duration: 2.2, tag: null }),
        url("c.mp4", { kind: "video", width: 9, thumbnail: Buffer.from("x") }),
      ),
    );
    expect(seen[0]?.head).toContain("/sendRichMessage");
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
      chat_id: "-1001",
      disable_notification: "true",
    });
    expect(richOf(body)).toEqual({
      skip_entity_detection: true,
      blocks: [
        {
          type: "photo",
          photo: { type: "photo", media: "https://r2.example/a.jpg" },
          caption: { text: "abcdefghij" },
        },
        {
          type: "voice_note",
          voice_note: { type: "voice_note", duration: 2, media: "https://r2.example/b.ogg" },
        },
        {
          type: "video",
          video: { type: "video", width: 9, supports_streaming: true, media: "https://r2.example/c.mp4" },
          caption: { text: "abcdefghij" },
        },
      ],
    });
    expect(answer.ok).toBe(true);
  });

  it("gives back every block with its own id, kind and caption, whatever else the message holds", async () => {
    const file = (type: string, id: string) => ({
      type,
      [type]: { file_id: id, file_unique_id: `${id}-unique`, file_size: 12 },
    });
    const blocks = [
      PHOTO,
      { type: "paragraph", text: "by somebody else" },
      file("video", "v"),
      { ...file("animation", "g"), caption: { text: ["a", { type: "bold", text: "b" }] } },
      file("audio", "m"),
      file("voice_note", "o"),
      file("document", "d"),
      { type: "document", document: {} },
    ];
    const { answer } = await sendPack(says(200, posted(...blocks)), pack(url("a.jpg")));
    if (!answer.ok) throw new Error(answer.failure.message);
    const { chatId, messageId } = answer.value;
    expect([chatId, messageId]).toEqual(["-1001", 7]);
    expect(
      answer.value.blocks.map(({ sent, caption, bytes }) => [sent?.kind, sent?.fileId, caption, bytes]),
    ).toEqual([
      ["photo", "AgAC", "abcdefghij", 500],
      ["video", "v", null, 12],
      ["animation", "g", "ab", 12],
      ["audio", "m", null, 12],
      ["voice", "o", null, 12],
      ["document", "d", null, 12],
      [undefined, undefined, null, null],
    ]);
  });

  it("gives back blocks within others in their order, and nothing that is nested as no message is", async () => {
    const other = { ...PHOTO, photo: [{ file_id: "other" }] };
    const nested = (item: unknown, depth: number): object =>
      Array.from({ length: depth }).reduce<unknown[]>((inner) => [inner], [item]);
    const marked = { ...PHOTO, caption: { text: nested("far down", 500) } };
    const collage = { type: "collage", items: [{ blocks: [PHOTO] }, { blocks: [{ blocks: [other] }] }] };
    const { answer } = await sendPack(
      says(200, posted(collage, marked, nested(PHOTO, 500))),
      pack(url("a.jpg")),
    );
    if (!answer.ok) throw new Error(answer.failure.message);
    expect(answer.value.blocks.map(({ sent, caption }) => [sent?.fileId, caption])).toEqual([
      ["AgAC", "abcdefghij"],
      ["other", "abcdefghij"],
      ["AgAC", null],
    ]);
  });

  it("is in doubt when the answer is a message without media", async () => {
    const { answer } = await sendPack(
      says(200, { ok: true, result: { message_id: 7, chat: { id: -1001 } } }),
      pack(url("a.jpg")),
    );
    expect(failureOf(answer).class).toBe("in_doubt");
  });
});

const mediumOf = (answer: PackAnswer) => (answer.ok ? "none" : answer.medium);

describe("a pack that is refused", () => {
  it.each<[string, number | null]>([
    ['Bad Request: failed to send message #2 with the error message "PHOTO_INVALID_DIMENSIONS"', 1],
    ["Bad Request: can't parse blocks[0]: wrong file identifier/HTTP URL specified", 0],
    ["Bad Request: failed to get HTTP URL content of attach://m2", 2],
    ["Bad Request: failed to get HTTP URL content", null],
    ["Bad Request: failed to send message #9", null],
  ])("says which medium it was, where the answer does: %s", async (description, medium) => {
    const refusal = { ok: false, error_code: 400, description };
    const { answer } = await sendPack(says(400, refusal), pack(url("a"), url("b"), url("c")));
    expect(mediumOf(answer)).toBe(medium);
  });

  it("tells a server that has no such method", async () => {
    const refusal = { ok: false, error_code: 404, description: "Not Found: method not found" };
    const { answer } = await sendPack(says(404, refusal), pack(url("a")));
    expect(failureOf(answer).reason).toBe("method_unknown");
  });
});

const partsOf = (body: string) =>
  [...body.matchAll(/name="([^"]+)"(?:; filename="([^"]+)")?/g)].map(([, name, file]) =>
    file ? `${name}=${file}` : name,
  );

describe("a pack of uploads", () => {
  it("is one form with every file in order, small and large, and a length that is told beforehand", async () => {
    const large = madeUp(2_000_000, "big 50%.mp4");
    const request = pack(
      url("a.jpg"),
      { kind: "photo", media: inMemory("picture", "b.jpg"), tag: null },
      { kind: "video", media: large.source, thumbnail: Buffer.from("jpeg"), tag: null },
      { kind: "document", media: inMemory("text", "c.txt"), thumbnail: Buffer.from("pic"), tag: null },
    );
    const { seen, body, answer } = await sendPack(says(200, posted(PHOTO)), request);
    expect(answer.ok).toBe(true);
    expect(seen[0]?.length).toBe(seen[0]?.got);
    expect(partsOf(body)).toEqual([
      "chat_id",
      "disable_notification",
      "rich_message",
      "m1=b.jpg",
      "m2=big 50%25.mp4",
      "t2=thumbnail.jpg",
      "m3=c.txt",
      "t3=thumbnail.jpg",
    ]);
    const blocks = JSON.parse(/name="rich_message"\r\n\r\n(.*)\r\n/.exec(body)?.[1] ?? "null").blocks;
    expect(
      blocks.map((block: { type: string } & Record<string, { media: string; thumbnail?: string }>) => [
        block[block.type]?.media,
        block[block.type]?.thumbnail,
      ]),
    ).toEqual([
      ["https://r2.example/a.jpg", undefined],
      ["attach://m1", undefined],
      ["attach://m2", "attach://t2"],
      ["attach://m3", "attach://t3"],
    ]);
  });

  it("opens a large file only when the one before it was read, and gives back what it did not need", async () => {
    const files = Array.from({ length: 3 }, () => madeUp(24_000_000));
    const request = pack(
      ...files.map(({ source }): PackMedium => ({ kind: "video", media: source, tag: null })),
    );
    const { answer } = await sendPack(
      { head: ({ socket }) => socket.pause(), body: ({ socket }) => socket.resetAndDestroy() },
      request,
    );
    expect(failureOf(answer).class).toBe("transient");
    expect(files.map(({ state }) => state.opened)).toEqual([1, 0, 0]);
    await expect.poll(() => files[0]?.state.closed).toBe(true);
  });

  it("is cut before its end where a file breaks off in the middle, so that nothing is posted, and says which", async () => {
    const halfway = new Readable({ read() {} });
    halfway.push(Buffer.alloc(1_000_000));
    const broken = { bytes: 2_000_000, filename: "b.mp4", open: async () => ok(halfway) };
    const cause = Object.assign(new Error("gone"), { failure: failure("r2_interrupted", "b.mp4 broke off") });
    const script: Script = { body: ({ got }) => got > 1_500_000 && halfway.destroy(cause) };
    const request = pack(
      { kind: "video", media: madeUp(1_200_000).source, tag: null },
      { kind: "video", media: broken, tag: null },
    );
    const { answer, seen } = await sendPack(script, request);
    expect([failureOf(answer).reason, mediumOf(answer), seen.some(({ whole }) => whole)]).toEqual([
      "r2_interrupted",
      1,
      false,
    ]);
  });

  it.each([10, 2_000_000])(
    "makes no call for a file of %i bytes that cannot be opened, or ends it, and says which",
    async (bytes) => {
      const missing = {
        bytes,
        filename: "b.mp4",
        open: async () => failed<Readable>(failure("object_missing", "b.mp4 is gone")),
      };
      const request = pack(url("a.jpg"), { kind: "video", media: missing, tag: null });
      const { answer, seen } = await sendPack({}, request);
      expect([failureOf(answer).reason, mediumOf(answer), seen.some(({ whole }) => whole)]).toEqual([
        "object_missing",
        1,
        false,
      ]);
    },
  );
});
