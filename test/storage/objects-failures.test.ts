import { describe, expect, it } from "vitest";
import { closedPort } from "../helpers/closed-port.ts";
import { bucketAt, KEY_ID, openBucket, outcomeOf, PICTURE, refuse, SECRET, value } from "./tiny-server.ts";

describe("failures", () => {
  it("lays refused objects on the key pair from the third on, unless another could be read", async () => {
    const { storage } = await bucketAt((request, response) => {
      if (request.url?.startsWith("/media/mine")) response.writeHead(200, PICTURE).end("hello");
      else refuse(response, 403, "AccessDenied");
    });
    const reasons: string[] = [];
    for (const key of ["theirs", "others", "third", "mine", "fourth"]) {
      const opened = await storage.open(key);
      if (opened.ok) opened.value.body.resume();
      reasons.push(opened.ok ? "read" : opened.failure.reason);
    }
    expect(reasons).toEqual(["object_denied", "object_denied", "r2_denied", "read", "object_denied"]);
  });

  it("asks again at once when a kept-alive connection breaks under a request", async () => {
    let requests = 0;
    const { storage } = await bucketAt((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.destroy();
      else response.writeHead(200, PICTURE).end("hello");
    });
    for (const key of ["first", "second"]) {
      expect(await outcomeOf(value(await storage.open(key)).body)).toBe("hello");
    }
    expect(requests).toBe(3);
  });

  it("names host and cause when nobody listens or the name is unknown", async () => {
    const port = await closedPort();
    const { storage } = openBucket(`http://127.0.0.1:${port}`);
    const refused = expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port} .*ECONNREFUSED`));
    expect(await storage.head("a")).toMatchObject({
      failure: { reason: "r2_unavailable", message: refused },
    });
    expect(await storage.check()).toMatchObject({ failure: { reason: "r2_unavailable", message: refused } });
    const unknown = openBucket("http://no-such-host.invalid").storage;
    const message = expect.stringContaining("no-such-host.invalid");
    expect(await unknown.open("a")).toMatchObject({ failure: { reason: "r2_unavailable", message } });
    expect(await unknown.check()).toMatchObject({ failure: { reason: "r2_unavailable", message } });
  });

  it("reads no more of an endless error body than it needs, and shows nothing secret of it", async () => {
    let written = 0;
    const { storage } = await bucketAt((request, response) => {
      response.writeHead(400);
      response.write(`<Error><Code>Odd</Code><Message>${KEY_ID} ${request.url}</Message></Error>`);
      const more = () => {
        do written += 10_000;
        while (!response.destroyed && response.write("x".repeat(10_000)));
      };
      response.on("drain", more);
      more();
    });
    const opened = await storage.open("a.jpg");
    const message = opened.ok ? "" : opened.failure.message;
    expect(message).toContain("answered 400 Odd");
    expect(written).toBeLessThan(50_000_000);
    for (const secret of [KEY_ID, SECRET, "X-Amz", "?"]) expect(message).not.toContain(secret);
  });

  it("keeps signatures out of what is thrown by the body", async () => {
    const { storage } = await bucketAt((_, response) => {
      response.writeHead(200, PICTURE).write("h");
      setImmediate(() => response.destroy());
    });
    const error = await outcomeOf(value(await storage.open("a.jpg")).body);
    expect(`${error instanceof Error ? error.stack : ""}${JSON.stringify(error)}`).not.toMatch(
      /X-Amz|Signature/,
    );
  });
});

describe("presign", () => {
  it("signs at the wall clock it was given, for as long as it was told", () => {
    const { storage } = openBucket("https://acc.r2.test/base/", {
      wall: () => Date.UTC(2025, 0, 2, 3, 4, 5),
      presignSeconds: 600,
    });
    const url = new URL(storage.presign("covers/gift card.png"));
    expect(url.origin + url.pathname).toBe("https://acc.r2.test/base/media/covers/gift%20card.png");
    expect(url.searchParams.get("X-Amz-Date")).toBe("20250102T030405Z");
    expect(url.searchParams.get("X-Amz-Expires")).toBe("600");
  });

  it("refuses a duration that R2 would refuse", () => {
    for (const presignSeconds of [0, 604_801, Number.NaN]) {
      expect(() => openBucket("https://acc.r2.test", { presignSeconds })).toThrow(RangeError);
    }
  });
});
