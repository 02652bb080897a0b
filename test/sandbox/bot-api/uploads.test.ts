import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { Readable } from "node:stream";
import { Api, InputFile } from "node-telegram-bot-api";
import { request } from "undici";
import { describe, expect, it } from "vitest";
import { heldBytes } from "../../helpers/memory.ts";
import { ownTmpdir } from "../../helpers/tmpdir.ts";
import {
  CHANNEL,
  call,
  file,
  fixture,
  fixtureBytes,
  form,
  png,
  type Result,
  start,
  TOKEN,
} from "./bot-api-server.ts";

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function mediaOf(result: Result, kind: string) {
  return kind === "photo" ? result.photo.at(-1) : result[kind as "document"];
}

describe("an upload becomes what Telegram makes of it", () => {
  it.each([
    ["sendPhoto", "covers/welcome.jpg", "photo", null],
    ["sendPhoto", "covers/menu.png", "photo", null],
    ["sendPhoto", "covers/fractal.webp", "photo", null],
    ["sendVideo", "clips/intro.mp4", "video", "video/mp4"],
    ["sendVideo", "clips/tour.mov", "video", "video/quicktime"],
    ["sendVideo", "clips/silent-loop.mp4", "animation", "video/mp4"],
    ["sendVideo", "gifs/life.gif", "animation", "video/mp4"],
    ["sendVideo", "docs/readme.txt", "document", "text/plain"],
    ["sendAnimation", "gifs/loading.gif", "animation", "video/mp4"],
    ["sendAnimation", "clips/silent-loop.mp4", "animation", "video/mp4"],
    ["sendAnimation", "clips/intro.mp4", "video", "video/mp4"],
    ["sendAudio", "music/theme.mp3", "audio", "audio/mpeg"],
    ["sendAudio", "music/lullaby.m4a", "audio", "audio/mp4"],
    ["sendAudio", "voice/welcome.ogg", "voice", "audio/ogg"],
    ["sendAudio", "docs/readme.txt", "document", "text/plain"],
    ["sendVoice", "voice/question.opus", "voice", "audio/ogg"],
    ["sendVoice", "music/theme.mp3", "voice", "audio/mpeg"],
    ["sendVoice", "music/bell.flac", "audio", "audio/x-flac"],
    ["sendDocument", "docs/terms.pdf", "document", "application/pdf"],
    ["sendDocument", "gifs/hello.gif", "animation", "video/mp4"],
    ["sendDocument", "clips/intro.mp4", "document", "video/mp4"],
  ])("%s of %s comes back as %s", async (method, path, kind, mime) => {
    const server = await start();
    const field = method.slice(4).toLowerCase();
    const answer = await call(server, method, form({ chat_id: CHANNEL, [field]: await fixture(path) }));
    expect(answer).toMatchObject({ status: 200, ok: true });
    const member = mediaOf(answer.result, kind);
    expect(member).toMatchObject({ file_id: expect.any(String), file_unique_id: expect.any(String) });
    const bytes = await fixtureBytes(path);
    const [row, ...more] = server.truth();
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      method,
      kind,
      chat_id: CHANNEL,
      message_id: answer.result.message_id,
      bytes: bytes.length,
      sha256: sha256(bytes),
      file_id: member?.file_id,
      file_unique_id: member?.file_unique_id,
      transfer: "upload",
      deleted: false,
    });
    if (mime !== null) expect(member?.mime_type).toBe(mime);
  });

  it("takes the type from the extension of the name, not from the part's own type", async () => {
    const server = await start();
    const bytes = await fixtureBytes("music/theme.mp3");
    const send = async (name: string, type: string) => {
      const audio = new File([new Uint8Array(bytes)], name, { type });
      return (await call(server, "sendAudio", form({ chat_id: CHANNEL, audio }))).result;
    };
    expect(await send("theme.mp3", "application/octet-stream")).toHaveProperty("audio");
    expect(await send("theme.bin", "audio/mpeg")).toHaveProperty("document");
    expect(await send("theme", "audio/mpeg")).toHaveProperty("document");
  });

  it("says of a GIF both animation and document, with the same id", async () => {
    const server = await start();
    const { result } = await call(
      server,
      "sendAnimation",
      form({ chat_id: CHANNEL, animation: await fixture("gifs/zoom.gif") }),
    );
    expect(result.animation.file_id).toBe(result.document.file_id);
    expect(result.animation).toMatchObject({ file_name: "zoom.gif.mp4", duration: expect.any(Number) });
    expect(result.animation.width).toBeGreaterThan(0);
  });

  it("makes a sticker of a WebP document with a side of 512, unless detection is switched off", async () => {
    const server = await start();
    const head = Buffer.alloc(64);
    head.write("RIFF\0\0\0\0WEBPVP8X", "latin1");
    head.writeUIntLE(511, 24, 3);
    head.writeUIntLE(299, 27, 3);
    const fields = { chat_id: CHANNEL, document: file(head, "cat.webp") };
    const detected = await call(server, "sendDocument", form(fields));
    expect(detected.result.sticker).toMatchObject({ width: 512, height: 300 });
    const plain = await call(
      server,
      "sendDocument",
      form({ ...fields, disable_content_type_detection: "true" }),
    );
    expect(plain.result).toHaveProperty("document.file_name", "cat.webp");
  });
});

describe("photos", () => {
  it("come in ascending sizes up to the real one", async () => {
    const server = await start();
    const { result } = await call(
      server,
      "sendPhoto",
      form({ chat_id: CHANNEL, photo: file(png(1_600, 900), "a.png") }),
    );
    const sizes = result.photo.map((size) => [size.width, size.height]);
    expect(sizes).toEqual([
      [90, 51],
      [320, 180],
      [800, 450],
      [1_280, 720],
      [1_600, 900],
    ]);
  });

  it.each([
    [5_000, 5_000, null],
    [5_001, 5_000, "PHOTO_INVALID_DIMENSIONS"],
    [2_000, 100, null],
    [2_001, 100, "PHOTO_INVALID_DIMENSIONS"],
  ])("of %i x %i are answered with %s", async (width, height, error) => {
    const server = await start();
    const answer = await call(
      server,
      "sendPhoto",
      form({ chat_id: CHANNEL, photo: file(png(width, height), "a.png") }),
    );
    expect(answer.description).toBe(error === null ? undefined : `Bad Request: ${error}`);
    expect(server.truth()).toHaveLength(error === null ? 1 : 0);
  });

  it.each([
    ["no image.jpg", "IMAGE_PROCESS_FAILED"],
    ["a.pdf", "photo has unsupported extension. Use one of .jpg, .jpeg, .gif, .png, .tif or .bmp"],
  ])("that are none (%s) are refused", async (name, text) => {
    const server = await start();
    const answer = await call(server, "sendPhoto", form({ chat_id: CHANNEL, photo: file("text", name) }));
    expect(answer).toMatchObject({ status: 400, description: `Bad Request: ${text}` });
  });

  it("are taken up to 10,485,760 bytes and not one more", async () => {
    const server = await start();
    const photo = Buffer.concat([png(100, 100), Buffer.alloc(10_485_760 - 64)]);
    const fits = await call(server, "sendPhoto", form({ chat_id: CHANNEL, photo: file(photo, "a.png") }));
    expect(fits.ok).toBe(true);
    const over = Buffer.concat([photo, Buffer.alloc(1)]);
    const refused = await call(server, "sendPhoto", form({ chat_id: CHANNEL, photo: file(over, "a.png") }));
    expect(refused.description).toBe(
      "Bad Request: file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes",
    );
  });

  it("with the same content are one file for a bot, other files are new each time", async () => {
    const server = await start();
    const send = async (method: string, field: string, path: string) => {
      const { result } = await call(server, method, form({ chat_id: CHANNEL, [field]: await fixture(path) }));
      return mediaOf(result, field)?.file_unique_id;
    };
    const photos = [
      await send("sendPhoto", "photo", "covers/menu.png"),
      await send("sendPhoto", "photo", "covers/menu.png"),
    ];
    expect(new Set(photos).size).toBe(1);
    const documents = [
      await send("sendDocument", "document", "docs/terms.pdf"),
      await send("sendDocument", "document", "docs/terms.pdf"),
    ];
    expect(new Set(documents).size).toBe(2);
    for (const id of [...photos, ...documents]) expect(id).toMatch(/^[\w-]{15,16}$/);
  });
});

describe("videos", () => {
  it("get their size, duration and picture from the file, whatever the sender says", async () => {
    const server = await start();
    const { result } = await call(
      server,
      "sendVideo",
      form({
        chat_id: CHANNEL,
        video: await fixture("clips/upright-story.mp4"),
        width: 9,
        height: 9,
        duration: 99,
      }),
    );
    expect(result.video.height).toBeGreaterThan(result.video.width);
    expect(result.video.width).toBeGreaterThan(9);
    expect(result.video.duration).toBeLessThan(99);
    expect(result.video.thumbnail.height).toBeLessThanOrEqual(320);
  });

  it("above 10 MB get nothing but what the sender says", async () => {
    const server = await start();
    const video = file(
      Buffer.concat([await fixtureBytes("clips/intro.mp4"), Buffer.alloc(10_000_001)]),
      "long.mp4",
    );
    const bare = await call(server, "sendVideo", form({ chat_id: CHANNEL, video }));
    expect(bare.result.video).toMatchObject({ width: 320, height: 320, duration: 0 });
    expect(bare.result.video).not.toHaveProperty("thumbnail");
    const hints = { width: 1920, height: 1080, duration: 61, thumbnail: await fixture("covers/welcome.jpg") };
    const told = await call(server, "sendVideo", form({ chat_id: CHANNEL, video, ...hints }));
    expect(told.result.video).toMatchObject({ width: 1920, height: 1080, duration: 61 });
  });

  it("take a small JPEG as thumbnail, ignore other pictures and texts, and refuse one above 204,799 bytes", async () => {
    const server = await start();
    const video = file(Buffer.alloc(10_000_001), "long.mp4");
    const jpeg = Buffer.alloc(1_000);
    jpeg.set([0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0, 200, 1, 0x40]);
    const send = (thumbnail: File | string) =>
      call(server, "sendVideo", form({ chat_id: CHANNEL, video, thumbnail }));
    expect((await send(file(jpeg, "t.jpg"))).result.video.thumbnail).toMatchObject({
      width: 320,
      height: 200,
    });
    expect((await send(file(png(100, 100), "t.png"))).result.video).not.toHaveProperty("thumbnail");
    expect((await send("https://example.com/t.jpg")).result.video).not.toHaveProperty("thumbnail");
    const large = await send(file(Buffer.concat([jpeg, Buffer.alloc(203_800)]), "t.jpg"));
    expect(large.description).toContain("is too big for a thumbnail; the maximum size is 204799 bytes");
  });
});

describe("the way a file comes in", () => {
  it.each([
    ["with a length", (bytes: Buffer) => new InputFile(bytes, { filename: "welcome.jpg" })],
    [
      "as a stream",
      (bytes: Buffer) =>
        new InputFile(() => Readable.toWeb(Readable.from([bytes])) as ReadableStream, {
          filename: "welcome.jpg",
        }),
    ],
  ])("node-telegram-bot-api uploads %s", async (_, photoOf) => {
    const server = await start();
    const api = new Api(TOKEN, { apiRoot: server.url });
    const bytes = await fixtureBytes("covers/welcome.jpg");
    const message = await api.sendPhoto({
      chat_id: CHANNEL,
      photo: photoOf(bytes),
      disable_notification: true,
    });
    expect(message.photo?.at(-1)?.file_size).toBe(bytes.length);
    const video = new InputFile(await fixtureBytes("clips/intro.mp4"), { filename: "intro.mp4" });
    const sent = await api.sendVideo({ chat_id: CHANNEL, video, supports_streaming: true });
    expect(sent.video).toMatchObject({ file_name: "intro.mp4", mime_type: "video/mp4" });
    expect(server.truth().map(({ kind }) => kind)).toEqual(["photo", "video"]);
  });

  it("attach:// points to a part of another name", async () => {
    const server = await start();
    const data = form({
      chat_id: CHANNEL,
      document: "attach://the file",
      "the file": await fixture("docs/Überblick.pdf"),
    });
    const { result } = await call(server, "sendDocument", data);
    expect(result.document.file_name.normalize()).toBe("Überblick.pdf".normalize());
  });

  it("a part without a file name is a text", async () => {
    const server = await start();
    const boundary = "xyz";
    const part = (head: string, body: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
    const body = `${part('name="chat_id"', String(CHANNEL))}${part('name="photo"\r\nContent-Type: application/octet-stream', "not a file_id")}--${boundary}--\r\n`;
    const { body: answer } = await request(`${server.url}/bot${TOKEN}/sendPhoto`, {
      method: "POST",
      headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
      body,
    });
    expect(await answer.json()).toMatchObject({
      description: "Bad Request: wrong remote file identifier specified: Wrong character in the string",
    });
  });

  it("an empty file is refused", async () => {
    const server = await start();
    const answer = await call(
      server,
      "sendDocument",
      form({ chat_id: CHANNEL, document: file("", "a.txt") }),
    );
    expect(answer.description).toBe("Bad Request: file must be non-empty");
  });
});

/** A multipart body of `bytes` zeros, made while it is sent. */
function largeBody(bytes: number) {
  const head = `--b\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n${CHANNEL}\r\n--b\r\nContent-Disposition: form-data; name="document"; filename="a.bin"\r\n\r\n`;
  const tail = "\r\n--b--\r\n";
  function* pieces() {
    yield Buffer.from(head);
    const zeros = Buffer.alloc(1 << 20);
    for (let left = bytes; left > 0; left -= zeros.length)
      yield zeros.subarray(0, Math.min(left, zeros.length));
    yield Buffer.from(tail);
  }
  return { body: Readable.from(pieces()), length: head.length + bytes + tail.length };
}

async function sendLarge(url: string, bytes: number, chunked: boolean) {
  const { body, length } = largeBody(bytes);
  const { statusCode, body: answer } = await request(`${url}/bot${TOKEN}/sendDocument`, {
    method: "POST",
    headers: {
      "content-type": "multipart/form-data; boundary=b",
      ...(chunked ? {} : { "content-length": String(length) }),
    },
    body,
  });
  return { statusCode, answer: (await answer.json()) as Record<string, unknown> };
}

describe("large uploads", () => {
  it("stream through without being kept: of 45 MB nothing is held in memory", async () => {
    const server = await start();
    const before = heldBytes();
    const { statusCode } = await sendLarge(server.url, 45_000_000, true);
    expect(statusCode).toBe(200);
    // Streams that have just ended let go of their buffers a few turns later.
    await expect.poll(() => heldBytes() - before, { timeout: 30_000 }).toBeLessThan(10_000_000);
    const [row] = server.truth();
    expect(row).toMatchObject({ bytes: 45_000_000, sha256: sha256(Buffer.alloc(45_000_000)) });
  });

  it.each([false, true])("above 50 MB are answered with 413 (chunked: %s)", async (chunked) => {
    const server = await start();
    const { statusCode, answer } = await sendLarge(server.url, 50_000_001, chunked);
    expect(statusCode).toBe(413);
    expect(answer).toEqual({ ok: false, error_code: 413, description: "Request Entity Too Large" });
    expect(server.truth()).toEqual([]);
  });

  it("above 50 MB are taken in local mode", async () => {
    const server = await start({ local: true });
    expect((await sendLarge(server.url, 50_000_001, false)).statusCode).toBe(200);
  });

  it("leave nothing on disk once the server is closed, nor after a broken upload", async () => {
    const folder = ownTmpdir();
    const server = await start();
    await call(
      server,
      "sendDocument",
      form({ chat_id: CHANNEL, document: file(randomBytes(2_000_000), "a.bin") }),
    );
    const broken = request(`${server.url}/bot${TOKEN}/sendDocument`, {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=b", "content-length": "9000000" },
      body: createReadStream("/dev/zero", { end: 2_999_999 }),
    });
    await expect(broken).rejects.toThrow();
    expect(await readdir(folder)).toHaveLength(1);
    await server.close();
    expect(await readdir(folder)).toEqual([]);
  });
});
