import type { Dispatcher } from "undici";
import { errorCode } from "../domain/error-code.ts";
import { failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { checkAnswer, contentLength, infoOf, rangeOf } from "./answers.ts";
import {
  failureOfBody,
  failureOfError,
  failureOfRefusal,
  notS3,
  type Place,
  readXmlError,
} from "./errors.ts";
import type { ObjectInfo, OpenObject, OpenOptions } from "./port.ts";

export interface ObjectsOptions {
  readonly dispatcher: Dispatcher;
  /** Scheme and host, the beginning of every URL that `sign` makes. */
  readonly origin: string;
  readonly sign: (method: "GET" | "HEAD", key: string) => string;
  /** Milliseconds without a byte after which a request counts as broken. */
  readonly stallMs: number;
  readonly place: Place;
}

/** Reads single objects by presigned URLs over undici: a request of the SDK takes 2-3 ms of CPU, these a tenth of it. */
export interface Objects {
  head(key: string, signal?: AbortSignal): Promise<Result<ObjectInfo>>;
  open(key: string, options?: OpenOptions): Promise<Result<OpenObject>>;
}

interface Call {
  readonly method: "GET" | "HEAD";
  readonly key: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal | undefined;
}

type Answer = Dispatcher.ResponseData;

export function createObjects(options: ObjectsOptions): Objects {
  return new ObjectReader(options);
}

/** So many objects may be denied for reasons of their own before it counts as the key pair's. */
const FEW_DENIED = 2;

class ObjectReader implements Objects {
  readonly #options: ObjectsOptions;
  #hasRead = false;
  /** Keys that were denied before any was read. */
  readonly #denied = new Set<string>();

  constructor(options: ObjectsOptions) {
    this.#options = options;
  }

  async head(key: string, signal?: AbortSignal): Promise<Result<ObjectInfo>> {
    const answer = await this.#call({ method: "HEAD", key, signal });
    if (!answer.ok) return answer;
    await answer.value.body.dump();
    const bytes = contentLength(answer.value.headers);
    if (answer.value.statusCode !== 200 || bytes === undefined) return this.#headByGet(key, signal);
    this.#hasRead = true;
    return ok(infoOf(answer.value.headers, bytes));
  }

  /** An answer to HEAD has no body to say what is wrong, and some servers refuse a presigned HEAD: one byte tells all. */
  async #headByGet(key: string, signal: AbortSignal | undefined): Promise<Result<ObjectInfo>> {
    const answer = await this.#call({ method: "GET", key, headers: { range: "bytes=0-0" }, signal });
    if (!answer.ok) return answer;
    const { statusCode, headers } = answer.value;
    if (statusCode === 416) {
      await answer.value.body.dump();
      return this.#headOfEmpty(key, signal);
    }
    if (statusCode !== 200 && statusCode !== 206) return this.#refused(key, answer.value);
    discard(answer.value);
    const bytes = statusCode === 206 ? rangeOf(headers)?.size : contentLength(headers);
    if (bytes === undefined) return failed(notS3(this.#place(key), statusCode, "without a size"));
    this.#hasRead = true;
    return ok(infoOf(headers, bytes));
  }

  /** No range fits an empty object, so the whole of it is asked for. */
  async #headOfEmpty(key: string, signal: AbortSignal | undefined): Promise<Result<ObjectInfo>> {
    const opened = await this.open(key, { signal });
    if (!opened.ok) return opened;
    const { body, ...info } = opened.value;
    body.destroy();
    return ok(info);
  }

  async open(key: string, { etag, range, signal }: OpenOptions = {}): Promise<Result<OpenObject>> {
    const headers: Record<string, string> = {};
    if (etag !== undefined) headers["if-match"] = `"${etag}"`;
    if (range !== undefined) headers.range = `bytes=${range.from}-${range.to}`;
    const answer = await this.#call({ method: "GET", key, headers, signal });
    if (!answer.ok) return answer;
    const { statusCode, body } = answer.value;
    if (statusCode !== 200 && statusCode !== 206) return this.#refused(key, answer.value);
    const checked = checkAnswer(this.#place(key), answer.value, { etag, range });
    if (!checked.ok) {
      discard(answer.value);
      return checked;
    }
    this.#hasRead = true;
    body.on("error", (error) => {
      if (!signal?.aborted) Object.assign(error, { failure: failureOfBody(this.#place(key), error) });
    });
    return ok({ ...checked.value, body });
  }

  #place(key: string): Place {
    return { ...this.#options.place, key, hasRead: this.#hasRead || this.#denied.size <= FEW_DENIED };
  }

  async #refused(key: string, answer: Answer): Promise<Result<never>> {
    const error = readXmlError(await beginningOf(answer.body));
    if (answer.statusCode === 403) this.#denied.add(key);
    return failed(failureOfRefusal(this.#place(key), { status: answer.statusCode, ...error }));
  }

  /** One request; a second one where a kept-alive connection broke under the first, since reading twice harms nobody. */
  async #call(call: Call): Promise<Result<Answer>> {
    for (let tries = 1; ; tries += 1) {
      try {
        return ok(await this.#request(call));
      } catch (error) {
        if (call.signal?.aborted) return failed(failure("stopped", "reading was stopped"));
        if (tries === 1 && connectionBroke(error)) continue;
        return failed(failureOfError(this.#place(call.key), error));
      }
    }
  }

  #request({ method, key, headers = {}, signal }: Call): Promise<Answer> {
    const { dispatcher, origin, sign, stallMs } = this.#options;
    return dispatcher.request({
      origin,
      path: sign(method, key).slice(origin.length),
      method,
      headers,
      // undici closes the connection after each HEAD unless told not to: a TLS handshake an object.
      reset: false,
      signal: signal ?? null,
      headersTimeout: stallMs,
      bodyTimeout: stallMs,
    });
  }
}

function connectionBroke(error: unknown): boolean {
  const code = errorCode(error);
  return code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE";
}

const ERROR_BODY_CHARS = 16_384;

/** As much of an error's body as an XML error needs; what breaks off is judged by what came. */
async function beginningOf(body: Answer["body"]): Promise<string> {
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

/** Gives up a body that nobody wants; destroying it emits an error, which is expected. */
function discard({ body }: Answer): void {
  body.on("error", () => {});
  body.destroy();
}
