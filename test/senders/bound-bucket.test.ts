import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type BoundBucket, createSender, SendError } from "../../src/client.ts";
import { createSigner } from "../../src/storage/signer.ts";
import { openWorld, TOKEN, type World } from "../helpers/world.ts";
import { Shelf } from "./shelf.ts";

const USER = 77;
const PHOTO = readFileSync(new URL("../../fixtures/media/covers/welcome.jpg", import.meta.url));
const SILENT = readFileSync(new URL("../../fixtures/media/clips/intro.mp4", import.meta.url));

/** The bucket of the world in the form that a Worker has it. */
function bound(world: World): BoundBucket {
  const { R2_ACCESS_KEY_ID: accessKeyId = "", R2_SECRET_ACCESS_KEY: secretAccessKey = "" } = world.env();
  const signer = createSigner({ accessKeyId, secretAccessKey, region: "auto" });
  const ask = async (method: "GET" | "HEAD", key: string) => {
    const path = `/media/${key}`;
    const url = signer.presign({ method, origin: world.r2.url, path, expiresSeconds: 60, at: Date.now() });
    const response = await fetch(url, { method });
    if (response.status === 404) return null;
    if (response.status !== 200) throw new Error(`R2 answered ${response.status}`);
    const body = await response.arrayBuffer();
    return {
      size: Number(response.headers.get("content-length")),
      etag: (response.headers.get("etag") ?? "").replaceAll('"', ""),
      httpMetadata: { contentType: response.headers.get("content-type") ?? undefined },
      arrayBuffer: async () => body,
    };
  };
  return { head: (key) => ask("HEAD", key), get: (key) => ask("GET", key) };
}

function open(world: World) {
  const ids = new Shelf();
  const sender = createSender({ ids, bucket: bound(world), botToken: TOKEN, apiRoot: world.botApi.url });
  return { ids, sender, send: (key: string) => sender.send({ chat: USER, key, caption: "Hello" }) };
}

describe("a sender with a bound bucket", () => {
  it("uploads the object the first time, and sends the id that came back the second", async () => {
    const world = await openWorld();
    world.put("covers/ä 1.jpg", PHOTO, "image/jpeg");
    const { send, ids, sender } = open(world);
    expect(await send("covers/ä 1.jpg")).toMatchObject({ by: "upload", kind: "photo" });
    expect(await send("covers/ä 1.jpg")).toMatchObject({ by: "file_id", kind: "photo" });
    await sender.close();
    expect(world.posts()).toMatchObject([
      { transfer: "upload", bytes: PHOTO.length, parameters: { caption: "Hello" } },
      { transfer: "file_id", bytes_moved: 0, parameters: { caption: "Hello" } },
    ]);
    expect(ids.reports).toMatchObject([
      { type: "learned", bytes: PHOTO.length, etag: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ]);
  });

  it("does not report the id of a large video, of which a run makes a better one", async () => {
    const world = await openWorld();
    const large = Buffer.concat([SILENT, Buffer.alloc(10_000_001)]);
    world.put("a.mp4", large, "video/mp4");
    world.put("b.mp4", SILENT, "video/mp4");
    const { send, ids, sender } = open(world);
    expect(await send("a.mp4")).toMatchObject({ by: "upload", kind: "video" });
    expect(await send("b.mp4")).toMatchObject({ by: "upload", kind: "video" });
    await sender.close();
    expect(ids.reports.map(({ key }) => key)).toEqual(["b.mp4"]);
  });

  it.each([
    ["object_missing", "none.jpg"],
    ["r2_unavailable", "broken.jpg"],
    ["file_too_big", "huge.bin"],
    ["file_empty", "empty.jpg"],
  ])("rejects with the reason %s", async (reason, key) => {
    const world = await openWorld();
    world.put("broken.jpg", PHOTO, "image/jpeg");
    world.put("huge.bin", { bytes: 60_000_000 });
    world.put("empty.jpg", "");
    world.faults = (request) => (request.key === "broken.jpg" ? { status: 500 } : undefined);
    const { send } = open(world);
    const error = await send(key).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ reason, message: expect.stringContaining(key) });
    expect(world.posts()).toEqual([]);
  });

  it("is not needed for what has an id", async () => {
    const world = await openWorld();
    world.put("covers/a.jpg", PHOTO, "image/jpeg");
    const { send, ids } = open(world);
    await send("covers/a.jpg");
    const sender = createSender({ ids, botToken: TOKEN, apiRoot: world.botApi.url });
    expect(await sender.send({ chat: USER, key: "covers/a.jpg" })).toMatchObject({ by: "file_id" });
    await expect(sender.send({ chat: USER, key: "b.jpg" })).rejects.toThrow("no id for b.jpg");
  });
});
