import { describe, expect, it } from "vitest";
import type { BotApiServer } from "../../../src/sandbox/bot-api/server.ts";
import {
  CHANNEL,
  call,
  file,
  fixture,
  fixtureBytes,
  form,
  OTHER_TOKEN,
  start,
  TOKEN,
} from "./bot-api-server.ts";

async function upload(server: BotApiServer, kind: string, path: string) {
  const method = `send${kind}`;
  const { result } = await call(server, method, form({ chat_id: CHANNEL, [kind]: await fixture(path) }));
  return result;
}

async function resend(server: BotApiServer, kind: string, id: string, token = TOKEN) {
  return call(server, `send${kind}`, { chat_id: CHANNEL, [kind]: id }, token);
}

describe("a file_id", () => {
  it("sends the file again, by any size of a photo, without new bytes", async () => {
    const server = await start();
    const { photo } = await upload(server, "photo", "covers/welcome.jpg");
    for (const { file_id } of photo) {
      const { result } = await resend(server, "photo", file_id);
      expect(result.photo).toEqual(photo);
    }
    expect(server.truth().map(({ transfer }) => transfer)).toEqual(["upload", ...photo.map(() => "file_id")]);
  });

  it("outlives the message that carried it", async () => {
    const server = await start();
    const { document, message_id } = await upload(server, "document", "docs/terms.pdf");
    await call(server, "deleteMessage", { chat_id: CHANNEL, message_id });
    expect((await resend(server, "document", document.file_id)).result.document).toEqual(document);
  });

  it("keeps its own kind inside the document family", async () => {
    const server = await start();
    const { audio } = await upload(server, "audio", "music/theme.mp3");
    for (const kind of ["document", "video", "voice", "animation"]) {
      expect((await resend(server, kind, audio.file_id)).result.audio).toEqual(audio);
    }
  });

  it("does not pass between photos and the document family", async () => {
    const server = await start();
    const { photo } = await upload(server, "photo", "covers/welcome.jpg");
    const { voice } = await upload(server, "voice", "voice/welcome.ogg");
    const answers = [
      await resend(server, "document", photo[0]?.file_id ?? ""),
      await resend(server, "voice", photo[0]?.file_id ?? ""),
      await resend(server, "photo", voice.file_id),
    ];
    expect(answers.map(({ description }) => description)).toEqual([
      "Bad Request: can't use file of type Photo as Document",
      "Bad Request: can't use file of type Photo as VoiceNote",
      "Bad Request: can't use file of type VoiceNote as Photo",
    ]);
    expect(server.truth()).toHaveLength(2);
  });

  it("of a thumbnail sends nothing", async () => {
    const server = await start();
    const { video } = await upload(server, "video", "clips/intro.mp4");
    const { description } = await resend(server, "photo", video.thumbnail.file_id);
    expect(description).toBe("Bad Request: can't use file of type Thumbnail as Photo");
  });

  it("of another bot is refused", async () => {
    const server = await start();
    const { document } = await upload(server, "document", "docs/terms.pdf");
    const { status, description } = await resend(server, "document", document.file_id, OTHER_TOKEN);
    expect([status, description]).toEqual([400, "Bad Request: wrong file identifier/HTTP URL specified"]);
  });

  it("of another server is refused, though both have the same seed", async () => {
    const [one, two] = [await start(), await start()];
    const { document } = await upload(one, "document", "docs/terms.pdf");
    await upload(two, "document", "docs/price-list.pdf");
    const { description } = await resend(two, "document", document.file_id);
    expect(description).toBe("Bad Request: wrong file identifier/HTTP URL specified");
  });

  it.each([
    ["http://localhost:9000/x", "wrong remote file identifier specified: Wrong character in the string"],
    ["AgACA", "wrong remote file identifier specified: Wrong string length"],
    ["AgACAgIA", "wrong remote file identifier specified: can't unserialize it. Wrong last symbol"],
    ["AgACAgQE", "wrong remote file identifier specified: can't unserialize it"],
    ["", "remote file identifier must be non-empty"],
  ])("that reads %j is refused by its form", async (id, text) => {
    const server = await start();
    expect((await resend(server, "photo", id)).description).toBe(`Bad Request: ${text}`);
  });

  it("has the same file_unique_id for every bot, and another file_id", async () => {
    const server = await start();
    const { document, message_id } = await upload(server, "document", "docs/terms.pdf");
    const forward = { chat_id: CHANNEL, from_chat_id: CHANNEL, message_id };
    const { result } = await call(server, "forwardMessage", forward, OTHER_TOKEN);
    expect(result.document.file_unique_id).toBe(document.file_unique_id);
    expect(result.document.file_id).not.toBe(document.file_id);
    expect((await resend(server, "document", result.document.file_id, OTHER_TOKEN)).ok).toBe(true);
  });
});

describe("getFile", () => {
  it.each([
    ["photo", "covers/welcome.jpg"],
    ["voice", "voice/goodbye.oga"],
    ["document", "docs/price-list.pdf"],
  ])("tells where a %s lies, and there it is", async (kind, path) => {
    const server = await start();
    const result = await upload(server, kind, path);
    const id = kind === "photo" ? result.photo.at(-1)?.file_id : result[kind as "voice"].file_id;
    const { result: found } = await call(server, "getFile", { file_id: id });
    const bytes = await fixtureBytes(path);
    expect(found).toMatchObject({ file_id: id, file_size: bytes.length });
    const response = await fetch(`${server.url}/file/bot${TOKEN}/${found.file_path}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it("serves content that is too large for memory from disk, up to 20 MB", async () => {
    const server = await start();
    const bytes = Buffer.alloc(20 << 20, "prewarm");
    const send = (data: Buffer) =>
      call(server, "sendDocument", form({ chat_id: CHANNEL, document: file(data, "a.bin") }));
    const { result } = await send(bytes);
    const { result: found } = await call(server, "getFile", { file_id: result.document.file_id });
    const response = await fetch(`${server.url}/file/bot${TOKEN}/${found.file_path}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    const { result: larger } = await send(Buffer.concat([bytes, Buffer.alloc(1)]));
    const refused = await call(server, "getFile", { file_id: larger.document.file_id });
    expect(refused.description).toBe("Bad Request: file is too big");
  });

  it("does not know malformed ids nor those of other bots", async () => {
    const server = await start();
    const { document } = await upload(server, "document", "docs/terms.pdf");
    expect((await call(server, "getFile", { file_id: "x/y" })).description).toBe(
      "Bad Request: invalid file_id",
    );
    expect((await call(server, "getFile", {})).description).toBe("Bad Request: invalid file_id");
    expect((await call(server, "getFile", { file_id: document.file_id }, OTHER_TOKEN)).description).toBe(
      "Bad Request: wrong file_id or the file is temporarily unavailable",
    );
  });

  it.each([
    [TOKEN, "documents/file_9.pdf", 404, "Not Found"],
    ["1001:wrong", "documents/file_1.pdf", 401, "Unauthorized"],
    ["nonsense", "documents/file_1.pdf", 404, "Not Found"],
    [TOKEN, "thumbnails/file_1.jpg", 404, "Not Found: the sandbox does not keep the content of this file"],
  ])("a download by %s of %s is answered with %i", async (token, path, status, description) => {
    const server = await start();
    await upload(server, "document", "docs/terms.pdf");
    const response = await fetch(`${server.url}/file/bot${token}/${path}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ ok: false, error_code: status, description });
  });
});
