import type { Dispatcher } from "undici";
import { carriedFailure, type Failure, failure } from "../domain/failure.ts";
import { connectionBroke, failureOfRefusal, type RequestTarget } from "./errors.ts";
import type { AskPage, ListingOptions, PageRequest } from "./page-request.ts";
import { readPageXml } from "./page-xml.ts";
import { isPage, readXmlError } from "./said.ts";
import { createSigner, encodePath } from "./signer.ts";

/** As the SDK does. */
const TRIES = 3;
/** Seconds for which a signature is taken. */
const EXPIRES = 300;

/** Asks for pages by signed requests of our own, where the SDK is not installed; reads pages that are written plainly. */
export function ownRequests(options: ListingOptions): AskPage {
  const url = new URL(options.endpoint);
  const path = `${url.pathname.replace(/\/+$/, "")}/${options.target.bucket}`;
  const signer = createSigner(options);
  const sign = (query: string) =>
    signer.presign({
      method: "GET",
      origin: url.origin,
      path,
      query,
      expiresSeconds: EXPIRES,
      at: Date.now(),
    });
  return async (request) => {
    const query = queryOf(request);
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await options.dispatcher.request({
          origin: url.origin,
          path: sign(query).slice(url.origin.length),
          method: "GET",
          signal: request.signal,
          headersTimeout: options.stallMs,
          bodyTimeout: options.stallMs,
        });
        return await readPage(options.target, answer);
      } catch (error) {
        if (request.signal.aborted || tries === TRIES || !mayPass(error)) throw error;
      }
    }
  };
}

/** Sorted by name, as they are signed. */
function queryOf({ prefix, from, after, limit }: PageRequest): string {
  return [
    ["continuation-token", from],
    // XML cannot carry control characters, and servers differ in what they make of others.
    ["encoding-type", "url"],
    ["list-type", "2"],
    ["max-keys", limit],
    ["prefix", prefix || undefined],
    ["start-after", after],
  ]
    .flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodePath(String(value)).replaceAll("/", "%2F")}`],
    )
    .join("&");
}

async function readPage(target: RequestTarget, { statusCode, headers, body }: Dispatcher.ResponseData) {
  const text = await body.text();
  const page = isPage(headers["content-type"] as string | undefined, text);
  if (statusCode !== 200 || page)
    throw new PageRefused(failureOfRefusal(target, { status: statusCode, ...readXmlError(text), page }));
  const read = readPageXml(text);
  if (read === null)
    throw new PageRefused(
      failure(
        "package_missing",
        `${target.host} writes its listing in a way that needs @aws-sdk/client-s3, which is not installed`,
      ),
    );
  return { ...read, $metadata: { httpStatusCode: statusCode } } as Awaited<ReturnType<AskPage>>;
}

/** Carries what the server's answer means. */
class PageRefused extends Error {
  readonly failure: Failure;

  constructor(cause: Failure) {
    super(cause.message);
    this.failure = cause;
  }
}

function mayPass(error: unknown): boolean {
  return connectionBroke(error) || carriedFailure(error)?.class === "transient";
}
