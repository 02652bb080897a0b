import type { RequestListener, ServerResponse } from "node:http";
import { Agent } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Failure } from "../../src/domain/failure.ts";
import { startR2Server } from "../../src/sandbox/r2/server.ts";
import { createListing } from "../../src/storage/listing.ts";
import { ownRequests } from "../../src/storage/own-requests.ts";
import type { ListingOptions } from "../../src/storage/page-request.ts";
import { sdkRequests } from "../../src/storage/sdk-requests.ts";
import { bucketAt, KEY_ID, refuse, SECRET, sendPage } from "./tiny-server.ts";

function optionsFor(endpoint: string, more: Partial<ListingOptions> = {}): ListingOptions {
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const target = { host: new URL(endpoint).host, bucket: "media", accessKeyId: KEY_ID };
  const pair = { accessKeyId: KEY_ID, secretAccessKey: SECRET };
  return { endpoint, region: "auto", ...pair, dispatcher, stallMs: 60_000, target, ...more };
}

/** What each of them lists, and the failure it ends with. */
async function listed(options: ListingOptions, prefix = "", ahead = false) {
  const all = async (ask: ReturnType<typeof ownRequests>) => {
    const found: { objects: unknown[]; failure: Failure | null } = { objects: [], failure: null };
    for await (const page of createListing(options, ask).pages(prefix, ahead)) {
      if (page.ok) found.objects.push(...page.value);
      else found.failure = page.failure;
    }
    return found;
  };
  return { own: await all(ownRequests(options)), sdk: await all(await sdkRequests(options)) };
}

const ODD = [
  "covers/gift card.png",
  "docs/stickers+sounds.zip",
  "docs/Überblick.pdf",
  "odd/~-._!*'()&=?#%20[]@:;,$",
  "odd/🎬 clip.mp4",
  "odd//double",
  "odd/trailing space ",
];

describe("a listing without the SDK", () => {
  it("is that of the SDK, by signatures that a server verifies", async () => {
    const server = await startR2Server({ accessKeyId: KEY_ID, secretAccessKey: SECRET, buckets: ["media"] });
    onTestFinished(() => server.close());
    for (const key of ODD) server.put("media", key, Buffer.from(key));
    for (let i = 0; i < 2_100; i += 1) server.put("media", `k/${String(i).padStart(5, "0")}`, { bytes: 10 });
    for (const prefix of ["", "odd/", "odd/~-._!*'()&=?#%20", "docs/Ü", "none/"]) {
      const { own, sdk } = await listed(optionsFor(server.url), prefix);
      expect(own).toEqual(sdk);
      expect(own.failure).toBeNull();
    }
    const { own } = await listed(optionsFor(server.url), "", true);
    expect(own.objects).toHaveLength(2_100 + ODD.length);
    const wrong = await listed(optionsFor(server.url, { secretAccessKey: "another-secret" }));
    expect(wrong.own.failure).toMatchObject({ reason: "r2_signature_wrong", code: 403 });
    expect(wrong.own.failure).toEqual(wrong.sdk.failure);
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    ["a denial", (response) => refuse(response, 403, "AccessDenied"), "r2_denied"],
    ["no such bucket", (response) => refuse(response, 404, "NoSuchBucket"), "bucket_missing"],
    [
      "a web page",
      (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<html>hello</html>"),
      "endpoint_wrong",
    ],
  ])("fails as the SDK does for %s", async (_, answer, reason) => {
    const { url } = await bucketAt((_request, response) => answer(response));
    const { own, sdk } = await listed(optionsFor(url));
    expect(own.failure?.reason).toBe(reason);
    expect(own.failure).toEqual(sdk.failure);
  });

  it.each<[string, RequestListener]>([
    ["an error of the server", (_request, response) => refuse(response, 503, "SlowDown")],
    ["a connection that breaks", (request) => request.socket.destroy()],
  ])("asks three times where %s may pass", async (_, trouble) => {
    let asked = 0;
    const { url } = await bucketAt((request, response) => {
      asked += 1;
      if (asked % 3 === 0) sendPage(response, ["a"]);
      else trouble(request, response);
    });
    const options = optionsFor(url);
    const page = await ownRequests(options)({ signal: new AbortController().signal });
    expect([asked, page.Contents?.map(({ Key }) => Key)]).toEqual([3, ["a"]]);
  });

  it("says that it needs the SDK for a page that is not written plainly", async () => {
    const { url } = await bucketAt((_request, response) => {
      response.setHeader("content-type", "application/xml");
      response.end("<ListBucketResult><!-- of ours --><Name>media</Name></ListBucketResult>");
    });
    const { own, sdk } = await listed(optionsFor(url));
    expect(own.failure).toMatchObject({
      reason: "package_missing",
      message: expect.stringMatching(
        /^127\.0\.0\.1:\d+ writes its listing in a way that needs @aws-sdk\/client-s3/,
      ),
    });
    expect(sdk.failure).toBeNull();
  });

  it("ends with its signal", async () => {
    const stop = new AbortController();
    const { url } = await bucketAt(() => stop.abort());
    await expect(ownRequests(optionsFor(url))({ signal: stop.signal })).rejects.toThrow("aborted");
  });
});
