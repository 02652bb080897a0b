import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BotApiServer } from "../../../src/sandbox/bot-api/server.ts";
import { CHANNEL, call, fixtureBytes, OTHER_TOKEN, png, start, TOKEN } from "./bot-api-server.ts";

interface Page {
  readonly type?: string;
  readonly body?: Buffer;
  readonly status?: number;
  readonly location?: string;
}

/** The web as it is in these tests: pages by path, and who asked for them. */
let web: Server;
let origin: string;
let pages: Record<string, Page>;
let asked: IncomingMessage[];

beforeEach(async () => {
  pages = {};
  asked = [];
  web = createServer((request, response) => {
    asked.push(request);
    const page = pages[(request.url ?? "").split("?", 1)[0] ?? ""];
    if (page === undefined) return void response.writeHead(404).end();
    const location = page.location === undefined ? {} : { location: page.location };
    response
      .writeHead(page.status ?? 200, { "content-type": page.type ?? "text/html", ...location })
      .end(page.body);
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
});

afterEach(async () => {
  web.closeAllConnections();
  await new Promise((resolve) => web.close(resolve));
});

function send(server: BotApiServer, kind: string, path: string, token = TOKEN) {
  return call(server, `send${kind}`, { chat_id: CHANNEL, [kind]: `${origin}${path}` }, token);
}

describe("a URL", () => {
  it("is really fetched, by Telegram's user agent and without credentials", async () => {
    const server = await start();
    pages["/a b.jpg"] = pages["/a%20b.jpg"] = {
      type: "image/jpeg",
      body: await fixtureBytes("covers/welcome.jpg"),
    };
    const photo = `${origin.replace("//", "//user:secret@")}/a%20b.jpg?X-Amz-Signature=1`;
    const answer = await call(server, "sendPhoto", { chat_id: CHANNEL, photo });
    expect(answer.ok).toBe(true);
    expect(asked.map(({ url }) => url)).toEqual(["/a%20b.jpg?X-Amz-Signature=1"]);
    expect(asked[0]?.headers["user-agent"]).toContain("TelegramBot");
    expect(asked[0]?.headers).not.toHaveProperty("authorization");
    expect(server.truth()).toMatchObject([{ kind: "photo", transfer: "url" }]);
  });

  it.each([
    ["video", "video/mp4", "clips/intro.mp4", "video"],
    ["video", "video/mp4", "clips/silent-loop.mp4", "animation"],
    ["video", "image/gif", "gifs/life.gif", "animation"],
    ["video", "application/pdf", "docs/terms.pdf", "document"],
    ["animation", "video/mp4", "clips/intro.mp4", "video"],
    ["audio", "audio/mpeg", "music/theme.mp3", "audio"],
    ["audio", "audio/ogg", "voice/welcome.ogg", "voice"],
    ["voice", "audio/ogg; codecs=opus", "voice/welcome.ogg", "voice"],
    ["voice", "audio/mpeg", "music/theme.mp3", "audio"],
    ["document", "application/zip", "docs/press-kit.zip", "document"],
    ["document", "image/gif", "gifs/life.gif", "animation"],
  ])("given to send%s that serves %s (%s) becomes %s", async (asKind, type, path, kind) => {
    const server = await start();
    pages["/file"] = { type, body: await fixtureBytes(path) };
    const { result } = await send(server, asKind, "/file");
    expect(result).toHaveProperty(kind);
    expect(server.truth()).toMatchObject([{ kind, transfer: "url" }]);
  });

  it.each([
    ["document", "text/plain", "docs/readme.txt"],
    ["document", "video/mp4", "clips/intro.mp4"],
    ["video", "application/octet-stream", "clips/intro.mp4"],
    ["video", "image/jpeg", "covers/welcome.jpg"],
    ["photo", "application/octet-stream", "covers/welcome.jpg"],
  ])("given to send%s that serves %s is of the wrong type", async (kind, type, path) => {
    const server = await start();
    pages["/file"] = { type, body: await fixtureBytes(path) };
    const { status, description } = await send(server, kind, "/file");
    expect([status, description]).toEqual([400, "Bad Request: wrong type of the web page content"]);
    expect(server.truth()).toEqual([]);
  });

  it.each([
    ["photo", "image/png", 5_000_000],
    ["video", "video/mp4", 20_000_000],
  ])("of a %s (%s) may serve %i bytes and not one more", async (kind, type, most) => {
    const server = await start();
    pages["/fits"] = { type, body: Buffer.concat([png(10, 10), Buffer.alloc(most - 64)]) };
    pages["/over"] = { type, body: Buffer.concat([png(10, 10), Buffer.alloc(most - 63)]) };
    expect((await send(server, kind, "/fits")).ok).toBe(true);
    expect((await send(server, kind, "/over")).description).toBe(
      "Bad Request: failed to get HTTP URL content",
    );
  });

  it("of a voice message above 1 MB comes out as a file", async () => {
    const server = await start();
    const voice = await fixtureBytes("voice/welcome.ogg");
    pages["/long.ogg"] = { type: "audio/ogg", body: Buffer.concat([voice, Buffer.alloc(1_000_000)]) };
    expect((await send(server, "voice", "/long.ogg")).result).toHaveProperty("document");
  });

  it("gives Telegram nothing but itself: what the sender says of the video is not heard", async () => {
    const server = await start();
    pages["/long.mp4"] = { type: "video/mp4", body: Buffer.alloc(10_000_001) };
    const video = { chat_id: CHANNEL, video: `${origin}/long.mp4`, width: 1920, height: 1080, duration: 9 };
    const { result } = await call(server, "sendVideo", video);
    expect(result.video).toMatchObject({ width: 320, height: 320, duration: 0 });
  });

  it("is followed where it redirects to", async () => {
    const server = await start();
    pages["/old"] = { status: 302, location: "/new.pdf" };
    pages["/new.pdf"] = { type: "application/pdf", body: Buffer.from("%PDF-1.4") };
    expect((await send(server, "document", "/old")).ok).toBe(true);
  });
});

describe("what became of a URL is remembered", () => {
  it("so that a changed file is sent stale, for every bot, and a query string brings the new one", async () => {
    const server = await start();
    pages["/a.pdf"] = { type: "application/pdf", body: Buffer.from("%PDF old") };
    const first = await send(server, "document", "/a.pdf");
    pages["/a.pdf"] = { type: "application/pdf", body: Buffer.from("%PDF new and longer") };
    const again = await send(server, "document", "/a.pdf");
    const other = await send(server, "document", "/a.pdf", OTHER_TOKEN);
    const fresh = await send(server, "document", "/a.pdf?2");
    expect(again.result.document).toEqual(first.result.document);
    expect(other.result.document.file_unique_id).toBe(first.result.document.file_unique_id);
    expect(fresh.result.document.file_size).toBe(19);
    expect(asked).toHaveLength(2);
  });

  it("and a failure stays one", async () => {
    const server = await start();
    const missing = await send(server, "photo", "/a.jpg");
    pages["/a.jpg"] = { type: "image/jpeg", body: await fixtureBytes("covers/welcome.jpg") };
    const again = await send(server, "photo", "/a.jpg");
    expect(again.description).toBe("Bad Request: failed to get HTTP URL content");
    expect(again.description).toBe(missing.description);
    expect(asked).toHaveLength(1);
  });

  it("but one kind of a URL does not decide for a method that takes less", async () => {
    const server = await start();
    pages["/a.mp4"] = { type: "video/mp4", body: await fixtureBytes("clips/intro.mp4") };
    expect((await send(server, "video", "/a.mp4")).ok).toBe(true);
    expect((await send(server, "document", "/a.mp4")).ok).toBe(false);
  });

  it("calls for one URL at the same time share one fetch", async () => {
    const server = await start();
    pages["/a.pdf"] = { type: "application/pdf", body: Buffer.from("%PDF") };
    await Promise.all(Array.from({ length: 5 }, () => send(server, "document", "/a.pdf")));
    expect(asked).toHaveLength(1);
    expect(new Set(server.truth().map(({ file_unique_id }) => file_unique_id)).size).toBe(1);
  });
});

describe("what is no URL that can be fetched", () => {
  it.each([
    ["ftp://example.com/a.jpg", "invalid file HTTP URL specified: Unsupported URL protocol"],
    ["file:///etc/a.jpg", "invalid file HTTP URL specified: Unsupported URL protocol"],
    ["http://exa mple.com/a.jpg", "invalid file HTTP URL specified: Wrong URL"],
    ["http://127.0.0.1:1/a.jpg", "failed to get HTTP URL content"],
  ])("%s is refused", async (photo, text) => {
    const server = await start();
    expect((await call(server, "sendPhoto", { chat_id: CHANNEL, photo })).description).toBe(
      `Bad Request: ${text}`,
    );
  });

  it("a server that never answers fails after the time for fetching", async () => {
    const server = await start({ fetchTimeoutMs: 50 });
    web.removeAllListeners("request");
    expect((await send(server, "photo", "/a.jpg")).description).toBe(
      "Bad Request: failed to get HTTP URL content",
    );
  });
});
