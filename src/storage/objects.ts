import type { Dispatcher } from "undici";
import { type Failure, failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { checkAnswer, contentLength, infoOf, isPageInstead, rangeOf } from "./answers.ts";
import { counted } from "./counted.ts";
import {
  connectionBroke,
  failureOfBody,
  failureOfError,
  failureOfRefusal,
  type RequestTarget,
  sizeless,
} from "./errors.ts";
import { type AnswerHead, HeadCall } from "./head-call.ts";
import { differenceOf, otherSpellings } from "./other-spellings.ts";
import type { ObjectInfo, OpenObject, OpenOptions } from "./port.ts";
import { isPage, readXmlError } from "./said.ts";

/** Where and how to read objects. */
export interface ObjectsOptions {
  readonly dispatcher: Dispatcher;
  /** Scheme and host, with which every URL of `sign` begins. */
  readonly origin: string;
  readonly sign: (method: "GET" | "HEAD", key: string) => string;
  /** Milliseconds without a byte after which a request counts as broken. */
  readonly stallMs: number;
  readonly target: RequestTarget;
}

interface ObjectRequest {
  readonly key: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal | undefined;
}

type ObjectAnswer = Dispatcher.ResponseData;

/** When more objects than this are denied before any is read, the key pair is the cause, not the objects. */
const FEW_DENIED = 2;

const PACKED = "gzip, br, deflate, zstd, compress";

/** Reads single objects by presigned URLs over undici: a request of the SDK takes 2-3 ms of CPU, these take a tenth of it. */
export class ObjectReader {
  readonly #options: ObjectsOptions;
  #hasRead = false;
  /** Keys that were denied, or answered with a web page. */
  readonly #denied = new Set<string>();

  constructor(options: ObjectsOptions) {
    this.#options = options;
  }

  async head(key: string, signal?: AbortSignal): Promise<Result<ObjectInfo>> {
    const answer = await this.#ask({ key, signal }, this.#head, pass);
    if (!answer.ok) return answer;
    const bytes = contentLength(answer.value.headers);
    const { statusCode } = answer.value;
    if (statusCode !== 200 || bytes === undefined || isPageInstead(answer.value))
      return this.#headByGet(key, signal);
    this.#hasRead = true;
    return ok(infoOf(answer.value.headers, bytes));
  }

  /**
   * Reads one byte instead: an answer to HEAD has no body that says what is wrong, and some servers refuse a presigned
   * HEAD.
   */
  async #headByGet(key: string, signal: AbortSignal | undefined): Promise<Result<ObjectInfo>> {
    const answer = await this.#ask({ key, headers: { range: "bytes=0-0" }, signal }, this.#get, discard);
    if (!answer.ok) return answer;
    const { statusCode, headers } = answer.value;
    if (statusCode === 416) {
      await answer.value.body.dump();
      return this.#headOfEmpty(key, signal);
    }
    if ((statusCode !== 200 && statusCode !== 206) || isPageInstead(answer.value))
      return this.#refused(key, answer.value);
    discard(answer.value);
    const bytes = statusCode === 206 ? rangeOf(headers)?.size : contentLength(headers);
    if (bytes === undefined) return failed(sizeless(this.#target(key), statusCode));
    this.#hasRead = true;
    return ok(infoOf(headers, bytes));
  }

  /** No range fits an empty object, so all of it is requested. */
  async #headOfEmpty(key: string, signal: AbortSignal | undefined): Promise<Result<ObjectInfo>> {
    const opened = await this.open(key, { signal });
    if (!opened.ok) return opened;
    const { body, ...info } = opened.value;
    body.destroy();
    return ok(info);
  }

  async open(key: string, asked: OpenOptions = {}): Promise<Result<OpenObject>> {
    const { etag, range, signal } = asked;
    const headers: Record<string, string> = {};
    // A weak ETag never matches (RFC 9110, 13.1.1): such answers are compared when they are there.
    if (etag && !etag.startsWith("W/")) headers["if-match"] = `"${etag}"`;
    if (range !== undefined) headers.range = `bytes=${range.from}-${range.to}`;
    const answer = await this.#ask({ key, headers, signal }, this.#get, discard);
    if (!answer.ok) return answer;
    const { statusCode, body } = answer.value;
    if ((statusCode !== 200 && statusCode !== 206) || isPageInstead(answer.value))
      return this.#refused(key, answer.value);
    const bytes = await this.#sizeBehind(key, answer.value, asked);
    const checked = checkAnswer(this.#target(key), answer.value, { ...asked, bytes });
    if (!checked.ok) {
      discard(answer.value);
      return checked;
    }
    this.#hasRead = true;
    body.on("error", (error) => {
      if (!signal?.aborted) Object.assign(error, { failure: failureOfBody(this.#target(key), error) });
    });
    const { info, toCount } = checked.value;
    return ok({ ...info, body: toCount === undefined ? body : counted(body, toCount, this.#target(key)) });
  }

  /**
   * The size of an object whose answer announces none, by HEAD: where that has none either, the server unpacks it on its way, and
   * what comes would not be what is stored.
   */
  async #sizeBehind(
    key: string,
    { statusCode, headers }: ObjectAnswer,
    { bytes, signal }: OpenOptions,
  ): Promise<number | undefined> {
    if (statusCode !== 200 || contentLength(headers) !== undefined || bytes === undefined) return bytes;
    const info = await this.head(key, signal);
    return info.ok ? info.value.bytes : undefined;
  }

  #target(key: string): RequestTarget {
    return { ...this.#options.target, key, hasRead: this.#hasRead || this.#denied.size <= FEW_DENIED };
  }

  async #refused(key: string, answer: ObjectAnswer): Promise<Result<never>> {
    const { statusCode: status, headers } = answer;
    const text = await beginningOf(answer.body);
    const page = isPage(headers["content-type"] as string | undefined, text);
    if (status === 403 || page) this.#denied.add(key);
    const cause = failureOfRefusal(this.#target(key), { status, ...readXmlError(text), page });
    return failed(cause.reason === "object_missing" ? await this.#likely(key, cause) : cause);
  }

  /** Says so when the object is there under the key that was probably meant. */
  async #likely(key: string, cause: Failure): Promise<Failure> {
    for (const other of otherSpellings(key, this.#options.target.bucket)) {
      const answer = await this.#call({ key: other }, this.#head);
      if (!answer.ok) return cause;
      if (answer.value.statusCode !== 200) continue;
      return {
        ...cause,
        message: `${cause.message}, but it has ${other}: give the key as it is in the bucket${differenceOf(key, other)}`,
      };
    }
    return cause;
  }

  /**
   * Asks for the stored bytes. R2 unpacks what is stored with a Content-Encoding that the request does not accept, and then
   * knows no size (rclone/rclone#8137): such an object is asked for once more, packed. Not at first, since servers may
   * then pack what is not.
   */
  async #ask<A extends AnswerHead>(
    call: ObjectRequest,
    send: Send<A>,
    drop: (answer: A) => void,
  ): Promise<Result<A>> {
    const answer = await this.#call(accepting(call, "identity"), send);
    if (!answer.ok || answer.value.statusCode !== 200 || contentLength(answer.value.headers) !== undefined)
      return answer;
    drop(answer.value);
    const packed = await this.#call(accepting(call, PACKED), send);
    if (!packed.ok || contentLength(packed.value.headers) !== undefined) return packed;
    if (!packed.value.headers["content-encoding"]) return packed;
    // Packed on its way: what is stored comes as it is.
    drop(packed.value);
    return this.#call(accepting(call, "identity"), send);
  }

  /** Makes one request, and a second one if a kept-alive connection broke under the first: reading twice does no harm. */
  async #call<A>(call: ObjectRequest, send: Send<A>): Promise<Result<A>> {
    for (let tries = 1; ; tries += 1) {
      try {
        return ok(await send(call));
      } catch (error) {
        if (call.signal?.aborted) return failed(failure("stopped", "reading was stopped"));
        if (tries === 1 && connectionBroke(error)) continue;
        return failed(failureOfError(this.#target(call.key), error));
      }
    }
  }

  readonly #get = (call: ObjectRequest): Promise<ObjectAnswer> => {
    const { dispatcher } = this.#options;
    return dispatcher.request({ ...this.#request("GET", call), signal: call.signal ?? null });
  };

  readonly #head = (call: ObjectRequest): Promise<AnswerHead> =>
    new HeadCall().run(this.#options.dispatcher, this.#request("HEAD", call), call.signal);

  #request(method: "GET" | "HEAD", { key, headers = {} }: ObjectRequest) {
    const { origin, sign, stallMs } = this.#options;
    return {
      origin,
      path: sign(method, key).slice(origin.length),
      method,
      headers,
      // undici closes the connection after each HEAD by default, which would cost a TLS handshake per object.
      reset: false,
      headersTimeout: stallMs,
      bodyTimeout: stallMs,
    };
  }
}

/** Makes one request. */
type Send<A> = (call: ObjectRequest) => Promise<A>;

function accepting(call: ObjectRequest, encoding: string): ObjectRequest {
  return { ...call, headers: { ...call.headers, "accept-encoding": encoding } };
}

function pass(): void {}

const ERROR_BODY_CHARS = 16_384;

/** Reads as much of an error's body as an XML error needs; returns what came when it breaks off. */
async function beginningOf(body: ObjectAnswer["body"]): Promise<string> {
  let text = "";
  try {
    body.setEncoding("utf8");
    for await (const chunk of body) {
      text += chunk;
      if (text.length >= ERROR_BODY_CHARS) break;
    }
  } catch {
    return text;
  }
  return text;
}

/** Drops a body that is not needed; destroying it emits an error, which is expected. */
function discard({ body }: ObjectAnswer): void {
  body.on("error", () => {});
  body.destroy();
}
