import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { RichOptions } from "../../../src/sandbox/bot-api/rich-options.ts";
import type { BotApiServer } from "../../../src/sandbox/bot-api/server.ts";
import {
  type ApiAnswer,
  CHANNEL,
  call,
  fixture,
  fixtureBytes,
  form,
  OTHER_TOKEN,
  png,
  start,
  TOKEN,
} from "./bot-api-server.ts";

interface Block {
  readonly type: string;
  readonly photo?: { file_id: string; file_unique_id: string }[];
  readonly voice_note?: { file_id: string };
  readonly document?: { file_id: string };
  readonly caption?: { text: string };
  readonly blocks?: Block[];
}

function blocksOf({ result }: ApiAnswer): Block[] {
  return (result as unknown as { rich_message: { blocks: Block[] } }).rich_message.blocks;
}

function idOf(block: Block | undefined): string {
  return block?.photo?.at(-1)?.file_id ?? block?.voice_note?.file_id ?? block?.document?.file_id ?? "";
}

async function errorOf(answer: Promise<ApiAnswer>): Promise<string> {
  const { status, description } = await answer;
  return `${status} ${description}`;
}

function photo(media: string, text?: string) {
  return { type: "photo", photo: { type: "photo", media }, ...(text ? { caption: { text } } : {}) };
}

/** Serves pictures of many sizes under `/<width>.png`, and 404 under `/missing.png`. */
async function pictures(): Promise<string> {
  const server = createServer((request, response) => {
    const width = Number(/^\/(\d+)\.png/.exec(request.url ?? "")?.[1] ?? 0);
    if (width === 0) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "image/png" }).end(png(width, 100));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function urls(count: number): Promise<string[]> {
  const root = await pictures();
  return Array.from({ length: count }, (_, index) => `${root}/${100 + index}.png`);
}

function sendRich(
  server: BotApiServer,
  rich_message: Record<string, unknown>,
  parts: Record<string, File> = {},
  token = TOKEN,
): Promise<ApiAnswer> {
  const data = form({ chat_id: CHANNEL, rich_message: JSON.stringify(rich_message), ...parts });
  return call(server, "sendRichMessage", data, token);
}

function rich(more: Partial<RichOptions>) {
  return start({ rich: more });
}

describe("sendRichMessage", () => {
  it("answers with one message, its blocks in order, each with an id of its own that sends", async () => {
    const server = await start();
    const [first = "", second = ""] = await urls(2);
    const parts = { m1: await fixture("covers/menu.png"), m2: await fixture("voice/welcome.ogg") };
    const blocks = [
      photo(first, "tag-a"),
      photo("attach://m1", "tag-b"),
      { type: "heading", text: "between", size: 2 },
      {
        type: "voice_note",
        voice_note: { type: "voice_note", media: "attach://m2" },
        caption: { text: "v" },
      },
      { type: "collage", blocks: [photo(second)] },
    ];
    const answer = await sendRich(server, { blocks }, parts);
    expect(answer.result).toMatchObject({ message_id: 1, sender_chat: { id: CHANNEL } });
    const shown = blocksOf(answer);
    expect(shown.map(({ type }) => type)).toEqual(["photo", "photo", "heading", "voice_note", "collage"]);
    expect(shown.map(({ caption }) => caption?.text)).toEqual(["tag-a", "tag-b", undefined, "v", undefined]);
    const media = [shown[0], shown[1], shown[4]?.blocks?.[0]];
    expect(new Set(media.map(idOf)).size).toBe(3);
    for (const block of media)
      expect((await call(server, "sendPhoto", { chat_id: CHANNEL, photo: idOf(block) })).ok).toBe(true);
    expect((await call(server, "sendVoice", { chat_id: CHANNEL, voice: idOf(shown[3]) })).ok).toBe(true);
    expect(server.truth().slice(0, 4)).toMatchObject([
      { message_id: 1, pack: 1, pack_index: 0, transfer: "url", caption: "tag-a", file_id: idOf(shown[0]) },
      { message_id: 1, pack: 1, pack_index: 1, transfer: "upload", caption: "tag-b", kind: "photo" },
      { message_id: 1, pack: 1, pack_index: 2, transfer: "upload", kind: "voice" },
      { message_id: 1, pack: 1, pack_index: 3, transfer: "url", caption: null },
    ]);
    expect(server.truth()[4]).toMatchObject({ message_id: 2, pack: null, pack_index: null });
  });

  it.each([
    [
      "html",
      (url: string) =>
        `<h1>x</h1><figure><img src="${url}"/><figcaption>one</figcaption></figure><img src="tg://photo?id=two"/>`,
    ],
    ["markdown", (url: string) => `# x\n\n![](${url} "one")\n\n![](tg://photo?id=two)`],
  ])("takes %s, with links to the media beside it", async (field, text) => {
    const server = await start();
    const [url = ""] = await urls(1);
    const media = [{ id: "two", media: { type: "photo", media: "attach://part" } }];
    const parts = { part: await fixture("covers/menu.png") };
    const answer = await sendRich(server, { [field]: text(url), media }, parts);
    expect(blocksOf(answer).map(({ type, caption }) => [type, caption?.text])).toEqual([
      ["paragraph", undefined],
      ["photo", "one"],
      ["photo", undefined],
    ]);
    expect(server.truth().map(({ transfer }) => transfer)).toEqual(["url", "upload"]);
    const lost = await errorOf(sendRich(server, { [field]: text(url), media: [] }, parts));
    expect(lost).toBe("400 Bad Request: RICH_MESSAGE_PHOTO_NO_MEDIA_FOUND");
  });

  it("of markup and blocks takes the blocks, and an id as well as a file", async () => {
    const server = await start();
    const sent = await call(
      server,
      "sendPhoto",
      form({ chat_id: CHANNEL, photo: await fixture("covers/menu.png") }),
    );
    const id = sent.result.photo.at(-1)?.file_id ?? "";
    const answer = await sendRich(server, { blocks: [photo(id)], html: "<p>no</p>" });
    expect(idOf(blocksOf(answer)[0])).toBe(id);
    expect(server.truth()[1]).toMatchObject({ transfer: "file_id", bytes_moved: 0 });
  });

  it.each([
    ["nothing", {}, "rich message must be non-empty"],
    ["no block", { blocks: [] }, "RICH_MESSAGE_CONTENT_REQUIRED"],
    [
      "an unknown block",
      { blocks: [{ type: "sectionHeading" }] },
      'can\'t parse InputRichBlock: type "sectionHeading" is unsupported',
    ],
    [
      "a heading without size",
      { blocks: [{ type: "heading", text: "x" }] },
      "can't parse InputRichBlock: Can't find field \"size\"",
    ],
    [
      "an unknown block within another",
      { blocks: [{ type: "details", summary: "s", blocks: [{ type: "no" }] }] },
      'can\'t parse InputRichBlock: type "no" is unsupported',
    ],
    [
      "501 blocks",
      { blocks: Array.from({ length: 501 }, () => ({ type: "divider" })) },
      "RICH_MESSAGE_BLOCKS_TOO_MANY",
    ],
    [
      "51 media",
      { blocks: Array.from({ length: 51 }, () => photo("attach://m")) },
      "RICH_MESSAGE_MEDIA_TOO_MANY",
    ],
    [
      "32,769 letters",
      { blocks: [{ type: "paragraph", text: ["ä".repeat(32_768), { type: "bold", text: "b" }] }] },
      "RICH_MESSAGE_TEXT_TOO_LONG",
    ],
    [
      "a part that is not there",
      { blocks: [photo("attach://m")] },
      "can't parse InputRichMessageMedia: media not found",
    ],
    ["an id that is none", { blocks: [photo("nonsense")] }, "wrong remote file identifier specified"],
  ])("refuses %s, before it looks for the chat where it can", async (_, message, text) => {
    const server = await start();
    expect(await errorOf(sendRich(server, message))).toContain(`400 Bad Request: ${text}`);
    expect(server.truth()).toEqual([]);
  });

  it("takes 500 blocks, 50 of them media, and 32,768 letters", async () => {
    const server = await start();
    const blocks = [
      ...(await urls(50)).map((url) => photo(url)),
      ...Array.from({ length: 449 }, () => ({ type: "divider" })),
      { type: "paragraph", text: "x".repeat(32_768) },
    ];
    expect(blocksOf(await sendRich(server, { blocks }))).toHaveLength(500);
    expect(server.truth()).toHaveLength(50);
  });

  it.each([
    [false, "400 Bad Request: failed to get HTTP URL content"],
    [
      true,
      '400 Bad Request: failed to send message #2 with the error message "failed to get HTTP URL content"',
    ],
  ])("posts nothing where one medium is bad; that the error names it: %s", async (names_bad, error) => {
    const server = await rich({ names_bad });
    const root = await pictures();
    const blocks = [photo(`${root}/100.png`), photo(`${root}/missing.png`), photo(`${root}/101.png`)];
    expect(await errorOf(sendRich(server, { blocks }))).toBe(error);
    expect(server.truth()).toEqual([]);
  });

  it("needs the right to send each kind", async () => {
    const server = await start();
    server.control({ chat: { id: CHANNEL, restrict: ["voice"] } });
    const parts = { m0: await fixture("covers/menu.png"), m1: await fixture("voice/welcome.ogg") };
    const voice = { type: "voice_note", voice_note: { type: "voice_note", media: "attach://m1" } };
    expect(await errorOf(sendRich(server, { blocks: [photo("attach://m0"), voice] }, parts))).toBe(
      "400 Bad Request: not enough rights to send voice notes to the chat",
    );
    expect((await sendRich(server, { blocks: [photo("attach://m0")] }, parts)).ok).toBe(true);
  });

  it("is edited, forwarded and replaced with ids of who does it", async () => {
    const server = await start();
    const [url = "", other = ""] = await urls(2);
    const sent = await sendRich(server, { blocks: [photo(url, "tag")] });
    const target = { chat_id: CHANNEL, message_id: 1 };
    const keyboard = { inline_keyboard: [[{ text: "a", callback_data: "b" }]] };
    const edited = await call(
      server,
      "editMessageReplyMarkup",
      { ...target, reply_markup: keyboard },
      OTHER_TOKEN,
    );
    expect(edited.result).toMatchObject({ reply_markup: keyboard });
    const [block] = blocksOf(edited);
    expect(block?.caption?.text).toBe("tag");
    expect(idOf(block)).not.toBe(idOf(blocksOf(sent)[0]));
    const caption = call(server, "editMessageCaption", { ...target, caption: "x" });
    expect(await errorOf(caption)).toBe("400 Bad Request: there is no caption in the message to edit");
    const forwarded = await call(server, "forwardMessage", { ...target, from_chat_id: CHANNEL, chat_id: 77 });
    expect(idOf(blocksOf(forwarded)[0])).toBe(idOf(blocksOf(sent)[0]));
    const anew = { ...target, rich_message: { blocks: [photo(other)] } };
    expect(blocksOf(await call(server, "editMessageText", anew))).toHaveLength(1);
    expect(await errorOf(call(server, "editMessageText", anew))).toContain("message is not modified");
    expect((await call(server, "editMessageText", { ...target, text: "plain" })).result).toMatchObject({
      text: "plain",
    });
    expect(server.truth()).toMatchObject([
      { pack: null, kind: "text", edits: 3 },
      { transfer: "forward", pack: 1, pack_index: 0, forward_of: target },
    ]);
  });
});

describe("what nobody knows of rich messages", () => {
  it("supported: without it the method is not there", async () => {
    const server = await rich({ supported: false });
    expect(await errorOf(sendRich(server, { blocks: [{ type: "divider" }] }))).toBe(
      "404 Not Found: method not found",
    );
  });

  it.each([
    ["message", 1],
    ["media", 6],
  ] as const)("counts: %s takes %i of the quota for a message with six media", async (counts, taken) => {
    const server = await rich({ counts });
    server.control({ chat: { id: CHANNEL, model: "bucket_minute", rate: 7, absorb_ms: 0 } });
    await sendRich(server, { blocks: (await urls(6)).map((url) => photo(url)) });
    let left = 0;
    while ((await call(server, "sendMessage", { chat_id: CHANNEL, text: "x" })).ok) left += 1;
    expect(left).toBe(7 - taken);
  });

  it.each(["refuse", "debt"] as const)(
    "overflow: %s, for a message larger than the bucket",
    async (overflow) => {
      const server = await rich({ counts: "media", overflow });
      server.control({ chat: { id: CHANNEL, model: "bucket_minute", rate: 4, absorb_ms: 0 } });
      const six = { blocks: (await urls(6)).map((url) => photo(url)) };
      const answer = await sendRich(server, six);
      const next = await call(server, "sendMessage", { chat_id: CHANNEL, text: "x" });
      if (overflow === "refuse") {
        expect([answer.status, answer.parameters?.retry_after, next.status]).toEqual([429, 60, 200]);
      } else {
        expect([answer.status, next.status]).toEqual([200, 429]);
      }
    },
  );

  it("ids: those of a rich message alone, which send in another one and nowhere else", async () => {
    const server = await rich({ ids: "rich_only" });
    const parts = { m0: await fixture("covers/menu.png") };
    const id = idOf(blocksOf(await sendRich(server, { blocks: [photo("attach://m0")] }, parts))[0]);
    expect((await sendRich(server, { blocks: [photo(id)] })).ok).toBe(true);
    expect(await errorOf(call(server, "sendPhoto", { chat_id: CHANNEL, photo: id }))).toBe(
      "400 Bad Request: wrong file identifier/HTTP URL specified",
    );
    const single = form({ chat_id: CHANNEL, photo: await fixture("covers/menu.png") });
    const ordinary = (await call(server, "sendPhoto", single)).result.photo.at(-1)?.file_id;
    expect((await call(server, "sendPhoto", { chat_id: CHANNEL, photo: ordinary })).ok).toBe(true);
  });

  it("max_body: more is refused with 413, and nothing else is", async () => {
    const server = await rich({ max_body: 20_000 });
    const parts = {
      m0: new File([new Uint8Array(await fixtureBytes("covers/welcome.jpg")), "x".repeat(30_000)], "a.jpg"),
    };
    expect((await sendRich(server, { blocks: [photo("attach://m0")] }, parts)).status).toBe(413);
    expect((await call(server, "sendPhoto", form({ chat_id: CHANNEL, photo: parts.m0 }))).status).toBe(200);
  });

  it("url_flood: more media by URL are refused with a wait, at once", async () => {
    const server = await rich({ url_flood: 2 });
    const blocks = (await urls(3)).map((url) => photo(url));
    expect(await sendRich(server, { blocks })).toMatchObject({
      status: 429,
      parameters: { retry_after: 30 },
    });
    expect((await sendRich(server, { blocks: blocks.slice(1) })).status).toBe(200);
  });

  it.each(["live", "dead"] as const)(
    "keeps: the answer shows all, the message what was kept; the other ids are %s",
    async (dropped_ids) => {
      const server = await rich({ keeps: 2, dropped_ids });
      const answer = await sendRich(server, { blocks: (await urls(4)).map((url) => photo(url)) });
      expect(blocksOf(answer)).toHaveLength(4);
      expect(server.truth().map(({ pack_index }) => pack_index)).toEqual([0, 1]);
      const keyboard = { inline_keyboard: [[{ text: "a", callback_data: "b" }]] };
      const edited = await call(server, "editMessageReplyMarkup", {
        chat_id: CHANNEL,
        message_id: 1,
        reply_markup: keyboard,
      });
      expect(blocksOf(edited)).toHaveLength(2);
      const sends = async (block: Block | undefined) =>
        (await call(server, "sendPhoto", { chat_id: CHANNEL, photo: idOf(block) })).ok;
      const [kept, , dropped] = blocksOf(answer);
      expect([await sends(kept), await sends(dropped)]).toEqual([true, dropped_ids === "live"]);
    },
  );

  it("are switched while it runs, and back by a reset", async () => {
    const server = await start();
    const divider = () => sendRich(server, { blocks: [{ type: "divider" }] });
    server.control({ rich: { supported: false } });
    expect((await divider()).status).toBe(404);
    server.control({ rich: { keeps: 20 } });
    expect((await divider()).status).toBe(404);
    server.control({ reset: true });
    expect((await divider()).status).toBe(200);
    expect(() => server.control({ rich: { counts: "bytes" } })).toThrow("rich.counts: ");
  });
});

describe("without any message", () => {
  it("uploadStickerFile gives an id that sends, and takes nothing of a quota", async () => {
    const server = await start();
    server.control({ chat: { id: CHANNEL, model: "bucket_minute", rate: 1, absorb_ms: 0 } });
    const sticker = new File([new Uint8Array(png(512, 512))], "a.png");
    const fields = { user_id: 5, sticker_format: "static" };
    const { result } = await call(server, "uploadStickerFile", form({ ...fields, sticker }));
    expect(server.truth()).toEqual([]);
    const document = (result as unknown as { file_id: string }).file_id;
    expect((await call(server, "sendDocument", { chat_id: CHANNEL, document })).ok).toBe(true);
    expect(await errorOf(call(server, "uploadStickerFile", fields))).toContain(
      "there is no sticker in the request",
    );
  });

  it("the test environment answers under a path of its own", async () => {
    const server = await start();
    const response = await fetch(`${server.url}/bot${TOKEN}/test/getMe`);
    expect(await response.json()).toMatchObject({ ok: true, result: { id: 1001 } });
    expect(server.calls()).toMatchObject([{ method: "getMe", test: true }]);
    const data = form({ chat_id: CHANNEL, document: await fixture("docs/terms.pdf") });
    const { result } = await call(server, "sendDocument", data);
    const { file_path } = (await call(server, "getFile", { file_id: result.document.file_id })).result;
    const file = await fetch(`${server.url}/file/bot${TOKEN}/test/${file_path}`);
    expect(file.status).toBe(200);
    await file.body?.cancel();
  });
});
