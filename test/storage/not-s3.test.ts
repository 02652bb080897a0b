import { expect, it } from "vitest";
import { bucketAt, openBucket } from "./tiny-server.ts";

const PAGE =
  "<!DOCTYPE html><html><head><title>Sign in</title></head><body><br>Who are you?&nbsp;</body></html>";

async function pageAt(status: number, headers: Record<string, string>) {
  const { url } = await bucketAt((request, response) => {
    response.writeHead(status, { "content-length": String(PAGE.length), ...headers });
    response.end(request.method === "HEAD" ? undefined : PAGE);
  });
  return openBucket(url).storage;
}

it.each([
  [403, { "content-type": "text/html; charset=utf-8" }],
  [404, { "content-type": "text/html" }],
  [200, { "content-type": "text/html" }],
  [302, { "content-type": "text/html", location: "/login" }],
  [403, {}],
  [200, {}],
])(
  "a listing that is a web page (%i %j) is another server, and the endpoint is named",
  async (status, headers) => {
    const storage = await pageAt(status, headers);
    for await (const page of storage.list("")) {
      expect(page).toMatchObject({
        failure: {
          class: "auth",
          reason: "endpoint_wrong",
          message: expect.stringMatching(
            /^127\.0\.0\.1:\d+ answers, but not as S3 \(\d+ with .* for bucket media\)$/,
          ),
        },
      });
      break;
    }
    expect(await storage.check()).toMatchObject({ failure: { reason: "endpoint_wrong" } });
  },
);

it.each([502, 503, 429])("a web page with %i may pass", async (status) => {
  const storage = await pageAt(status, { "content-type": "text/html" });
  for await (const page of storage.list("")) {
    expect(page).toMatchObject({ failure: { reason: "r2_unavailable" } });
    break;
  }
});

it("a web page is never taken for an object, and after a few the endpoint is named", async () => {
  const storage = await pageAt(200, { "content-type": "text/html" });
  const keys = Array.from({ length: 8 }, (_, i) => `${i}.jpg`);
  const failures = [];
  for (const key of keys) {
    const [head, opened] = [await storage.head(key), await storage.open(key)];
    expect([head.ok, opened.ok]).toEqual([false, false]);
    failures.push(opened.ok ? null : opened.failure.reason);
  }
  expect(failures.at(-1)).toBe("endpoint_wrong");
});

it("an object that is a page is read as what it is", async () => {
  const storage = await pageAt(200, {
    "content-type": "text/html",
    etag: '"0123456789abcdef0123456789abcdef"',
  });
  expect(await storage.head("index.html")).toMatchObject({
    value: { bytes: PAGE.length, mime: "text/html" },
  });
});
