import type { Readable } from "node:stream";
import { type Dispatcher, request } from "undici";
import { onAbort } from "../domain/abort.ts";

/** Who has to move next: the server takes bytes, our own source gives them, the server answers. */
type AwaitedFrom = "server" | "source" | "answer";

/** What happened on the socket of one call; the in-doubt matrix is decided by it, never by a guess. */
export interface Wire {
  /** The connection stood and the body was asked for. */
  connected: boolean;
  /** Moment of the engine's clock at which the last byte of the body was handed to the socket. */
  bodyEnd: number | null;
  /** The answer as it came, once it was read whole. */
  text: string | null;
  /** HTTP status, once there is one. */
  status: number | null;
  /** `Retry-After` header in seconds. */
  retryAfter: number | null;
  /** Set when reading our own source of bytes failed, so that the server is not blamed. */
  sourceError: unknown;
  /** What the watchdog waited for when it ended the call. */
  gaveUp: AwaitedFrom | null;
}

export function newWire(): Wire {
  return {
    connected: false,
    bodyEnd: null,
    text: null,
    status: null,
    retryAfter: null,
    sourceError: null,
    gaveUp: null,
  };
}

export interface WireOptions {
  readonly dispatcher: Dispatcher;
  /** Engine's clock, for {@link Wire.bodyEnd}. */
  readonly now: () => number;
  /** Real milliseconds without a byte taken by the server, or given by the source, after which an upload counts as broken. */
  readonly stallMs: number;
  /** Real milliseconds to wait for the answer once the body is out. */
  readonly answerMs: number;
  /** Whole length of a streamed body; small bodies are measured here. */
  readonly bodyBytes?: number | undefined;
}

/** The little of `Response` that node-telegram-bot-api reads. */
interface MinimalResponse {
  readonly status: number;
  text(): Promise<string>;
}

interface Init {
  readonly headers: Record<string, string>;
  readonly body: URLSearchParams | ReadableStream<Uint8Array>;
  readonly signal?: AbortSignal;
}

/**
 * A `fetch` for node-telegram-bot-api over `undici.request`: real `fetch` implementations tee the body and keep a large
 * upload in memory. Sends Content-Length always, notes in `wire` what happened, and ends calls that stand still.
 * Errors carry undici's code and no URL (the token is part of every URL).
 */
export function wireFetch(wire: Wire, options: WireOptions): typeof fetch {
  const perform = async (url: string, init: Init): Promise<MinimalResponse> => {
    const watch = watchdog(wire, options, init.signal);
    try {
      const length = options.bodyBytes;
      const whole = length === undefined ? await collect(init.body) : undefined;
      const size = whole?.byteLength ?? length ?? 0;
      const body = handOver(
        whole ? [whole] : (init.body as ReadableStream<Uint8Array>),
        size,
        wire,
        options,
        watch.awaits,
      );
      const response = await request(url, {
        method: "POST",
        headers: { ...init.headers, "content-length": String(size) },
        body: body as unknown as Readable,
        dispatcher: options.dispatcher,
        signal: watch.signal,
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      wire.status = response.statusCode;
      wire.retryAfter = secondsOf(response.headers["retry-after"]);
      const text = await response.body.text();
      wire.text = text;
      return { status: response.statusCode, text: async () => text };
    } finally {
      watch.stop();
    }
  };
  return perform as unknown as typeof fetch;
}

/** Small bodies are put together so that they go out in one write and their length is known. */
async function collect(body: URLSearchParams | ReadableStream<Uint8Array>): Promise<Uint8Array> {
  if (body instanceof URLSearchParams) return Buffer.from(body.toString());
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Yields the body and marks its end *before* the last bytes leave: once they may be on the socket the server may act on
 * them. undici asks for the first chunk only when the connection stands.
 */
async function* handOver(
  chunks: Iterable<Uint8Array> | ReadableStream<Uint8Array>,
  size: number,
  wire: Wire,
  options: WireOptions,
  awaits: (from: AwaitedFrom) => void,
): AsyncGenerator<Uint8Array> {
  wire.connected = true;
  awaits("source");
  let out = 0;
  try {
    for await (const chunk of chunks) {
      out += chunk.byteLength;
      if (out >= size) wire.bodyEnd = options.now();
      awaits(out >= size ? "answer" : "server");
      yield chunk;
      if (out < size) awaits("source");
    }
  } catch (error) {
    wire.sourceError = error;
    throw error;
  }
}

/**
 * Aborts when whoever has to move next does not: for `stallMs`, or `answerMs` where it is the answer; and when `outer` does.
 */
function watchdog(wire: Wire, options: WireOptions, outer: AbortSignal | undefined) {
  const own = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const awaits = (from: AwaitedFrom) => {
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        wire.gaveUp = from;
        own.abort();
      },
      from === "answer" ? options.answerMs : options.stallMs,
    );
  };
  const removeListener = onAbort(outer, () => own.abort(outer?.reason));
  awaits("server");
  return {
    signal: own.signal,
    awaits,
    stop: () => {
      clearTimeout(timer);
      removeListener();
    },
  };
}

function secondsOf(header: string | string[] | undefined): number | null {
  const seconds = Number(Array.isArray(header) ? header[0] : header);
  return header !== undefined && Number.isFinite(seconds) ? seconds : null;
}
