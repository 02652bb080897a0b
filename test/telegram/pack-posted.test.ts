import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { MediaKind } from "../../src/domain/media.ts";
import type { RichOptions } from "../../src/sandbox/bot-api/rich-options.ts";
import { startBotApiServer } from "../../src/sandbox/bot-api/server.ts";
import { startR2Server } from "../../src/sandbox/r2/server.ts";
import type { PackMedium } from "../../src/telegram/pack-port.ts";
import { bucketOf, CREDENTIALS } from "../transfers/counted-bucket.ts";
import { botAt, inMemory, madeUp, TOKEN } from "./scripted-server.ts";

const FILES: Record<MediaKind, string> = {
  photo: "covers/welcome.jpg",
  video: "clips/intro.mp4",
  animation: "gifs/hello.gif",
  audio: "music/theme.mp3",
  voice: "voice/welcome.ogg",
  document: "docs/terms.pdf",
};
const KINDS = Object.keys(FILES) as MediaKind[];

function media(path: string): Buffer {
  return readFileSync(new URL(`../../fixtures/media/${path}`, import.meta.url));
}

const uploads: PackMedium[] = KINDS.map((kind) => ({
  kind,
  tag: `tag-${kind}`,
  media: inMemory(media(FILES[kind]), FILES[kind].replace(/^.*\//, "")),
}));

async function sandbox(rich: Partial<RichOptions> = {}) {
  const server = await startBotApiServer({
    bots: [{ token: TOKEN, username: "first_bot" }],
    chats: [{ id: -1001, type: "channel", title: "Warmup" }],
    rich,
  });
  onTestFinished(() => server.close());
  return { server, bot: botAt(server.url) };
}

/** Presigned URLs of the files of these kinds. */
async function urlsOf(kinds: readonly MediaKind[]): Promise<PackMedium[]> {
  const r2 = await startR2Server({ ...CREDENTIALS, buckets: ["media"] });
  onTestFinished(() => r2.close());
  const bucket = bucketOf(r2.url);
  return kinds.map((kind) => {
    r2.put("media", FILES[kind], media(FILES[kind]));
    return { kind, tag: `tag-${kind}`, media: bucket.presign(FILES[kind]) };
  });
}

describe("a pack that the sandbox posts", () => {
  it("has an id of each kind, by upload and by URL in one message, which its own method sends", async () => {
    const { server, bot } = await sandbox();
    const pack = [...uploads, ...(await urlsOf(["photo", "video", "voice"]))];
    const answer = await bot.sendPack({ chat: "-1001", media: pack });
    if (!answer.ok) throw new Error(answer.failure.message);
    const { blocks } = answer.value;
    expect(blocks.map(({ sent, caption }) => [sent?.kind, caption])).toEqual(
      pack.map(({ kind, tag }) => [kind, tag]),
    );
    expect(server.truth().map(({ sha256, caption, file_id }) => [sha256, caption, file_id])).toEqual(
      pack.map(({ kind, tag }, index) => [
        createHash("sha256").update(media(FILES[kind])).digest("hex"),
        tag,
        blocks[index]?.sent?.fileId,
      ]),
    );
    for (const [index, { kind }] of pack.entries()) {
      const again = await bot.send({ chat: "-1001", kind, media: blocks[index]?.sent?.fileId ?? "" });
      expect(again.ok).toBe(true);
    }
  });

  it("is streamed where its files are large, with a length that holds", async () => {
    const { server, bot } = await sandbox();
    const large = Array.from({ length: 4 }, (_, index) => madeUp(5_000_000, `${index}.pdf`));
    const pack = large.map(({ source }): PackMedium => ({ kind: "document", tag: null, media: source }));
    const answer = await bot.sendPack({ chat: "-1001", media: pack });
    expect(answer).toMatchObject({ ok: true });
    expect(server.truth().map(({ bytes }) => bytes)).toEqual(pack.map(() => 5_000_000));
  });

  it.each([true, false])(
    "posts nothing where one is bad, and is told which where that is said: %s",
    async (names_bad) => {
      const { server, bot } = await sandbox({ names_bad });
      const bad: PackMedium = { kind: "photo", tag: null, media: inMemory("no picture", "a.jpg") };
      const answer = await bot.sendPack({ chat: "-1001", media: [...uploads.slice(0, 2), bad] });
      expect(answer).toMatchObject({ ok: false, medium: names_bad ? 2 : null });
      expect(server.truth()).toEqual([]);
    },
  );

  it("is refused where there is no such method", async () => {
    const { bot } = await sandbox({ supported: false });
    const answer = await bot.sendPack({ chat: "-1001", media: uploads.slice(0, 1) });
    expect(answer).toMatchObject({ ok: false, failure: { reason: expect.any(String) } });
  });
});
