import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Agent } from "undici";
import { onTestFinished } from "vitest";
import type { Result } from "../../src/domain/result.ts";
import { openR2, type R2Options } from "../../src/storage/r2.ts";

export const KEY_ID = "0123456789abcdef0123456789abcdef";
export const SECRET = "not-a-real-secret";
/** Headers of an object of five bytes. */
export const PICTURE = { "content-length": "5", etag: '"abc"', "content-type": "Image/JPEG; charset=binary" };

/** Starts a server for the running test and opens its bucket `media`; both end with the test. */
export async function bucketAt(answer: RequestListener, more: Partial<R2Options> = {}) {
  const seen: IncomingMessage[] = [];
  // It is never the server who ends a connection that idles.
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { ...openBucket(url, more), seen, url };
}

/** Opens the bucket `media` of a server that runs already, with a dispatcher of its own. */
export function openBucket(endpoint: string, more: Partial<R2Options> = {}) {
  const dispatcher = more.dispatcher ?? new Agent();
  const options = { endpoint, bucket: "media", accessKeyId: KEY_ID, secretAccessKey: SECRET };
  const storage = openR2({ ...options, ...more, dispatcher });
  onTestFinished(async () => {
    await storage.close();
    await dispatcher.destroy();
  });
  return { storage, dispatcher };
}

/** Answers as R2 words its errors. */
export function refuse(response: ServerResponse, status: number, code: string, message = "No."): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

/** The value, or a failed test that says why there is none. */
export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

/** Reads to the end or to the error, whatever comes. */
export async function outcomeOf(body: NodeJS.ReadableStream): Promise<unknown> {
  return buffer(body).then(
    (bytes) => bytes.toString(),
    (error: unknown) => error,
  );
}

function contents(key: string): string {
  const escaped = key.replace(/[&<>\r]/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<Contents><Key>${escaped}</Key><LastModified>2025-01-02T03:04:05.678Z</LastModified><ETag>&quot;e-${key.length}&quot;</ETag><Size>7</Size><StorageClass>STANDARD</StorageClass></Contents>`;
}

/** Answers with a page of a listing. */
export function sendPage(response: ServerResponse, keys: readonly string[], next?: string, head = ""): void {
  const more = next === undefined ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`;
  response.writeHead(200, { "content-type": "application/xml" });
  response.end(
    `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>media</Name>${head}<IsTruncated>${next !== undefined}</IsTruncated>${keys.map(contents).join("")}<KeyCount>${keys.length}</KeyCount>${more}</ListBucketResult>`,
  );
}
