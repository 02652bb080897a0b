import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** An object as an S3 server hands it out that does not do all as R2 does. */
export interface OddObject {
  readonly body: Uint8Array | string;
  /** The ETag, quotes included, or how it is made at each request; none by default. */
  readonly etag?: string | (() => string);
  readonly headers?: Readonly<Record<string, string>>;
  /** What the listing has in place of the element with its size. */
  readonly listedSize?: string;
}

export interface OddS3 {
  readonly url: string;
  /** What was asked, as `METHOD path?query` without signatures. */
  readonly asked: string[];
  /** Answers a request in its own way when it returns true. */
  odd: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** An S3 server with the bucket `media`, for what R2 and the sandbox never do: no ETags, strange ones, pages that fail. */
export async function oddS3(objects: Readonly<Record<string, OddObject>>): Promise<OddS3> {
  const made: OddS3 & { url: string } = { url: "", asked: [], odd: () => false };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    for (const name of [...url.searchParams.keys()]) if (/^x-amz/i.test(name)) url.searchParams.delete(name);
    made.asked.push(`${request.method} ${url.pathname}${url.search}`);
    if (made.odd(request, response)) return;
    const key = decodeURIComponent(url.pathname.replace(/^\/media\/?/, ""));
    if (key === "") list(objects, response);
    else give(objects[key], request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return made;
}

function etagOf({ etag = "" }: OddObject): string {
  return typeof etag === "string" ? etag : etag();
}

/** A page of keys as XML; `written` writes a key down. */
function listingPage(
  objects: Readonly<Record<string, OddObject>>,
  more = "<IsTruncated>false</IsTruncated>",
  written = xml,
): string {
  const rows = Object.entries(objects).map(
    ([key, object]) =>
      `<Contents><Key>${written(key)}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>${xml(etagOf(object))}</ETag>${object.listedSize ?? `<Size>${Buffer.byteLength(object.body)}</Size>`}</Contents>`,
  );
  return `<?xml version="1.0"?><ListBucketResult><Name>media</Name><KeyCount>${rows.length}</KeyCount>${more}${rows.join("")}</ListBucketResult>`;
}

function xml(text: string): string {
  return text.replace(/[&<>"\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}

function list(objects: Readonly<Record<string, OddObject>>, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/xml" }).end(listingPage(objects));
}

function give(object: OddObject | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (!object) {
    response
      .writeHead(404, { "content-type": "application/xml" })
      .end("<Error><Code>NoSuchKey</Code></Error>");
    return;
  }
  const etag = etagOf(object);
  const wanted = request.headers["if-match"];
  if (wanted !== undefined && wanted !== etag) {
    response.writeHead(412).end();
    return;
  }
  const body = Buffer.from(object.body);
  const headers = {
    "content-length": String(body.length),
    ...(etag === "" ? {} : { etag }),
    ...object.headers,
  };
  response.writeHead(200, headers);
  response.end(request.method === "HEAD" ? undefined : body);
}
