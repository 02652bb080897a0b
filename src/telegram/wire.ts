import type { Readable } from "node:stream";
import { type Dispatcher, request } from "undici";
import { onAbort } from "../domain/abort.ts";

/** What a call waits for: the server to take bytes, our own source to give them, or the server to answer. */
type AwaitedFrom = "server" | "source" | "answer";

/** What happened on the socket of one call. It decides whether a call is in doubt; nothing is guessed. */
export interface Wire {
  /** The connection was made and the body was requested. */
  connected: boolean;
  /** Length of the body; null while it is not known. */
  bytes: number | null;
  /** Moment of the engine's clock at which the last byte of the body was given to the socket; null before that. */
  bodyEnd: number | null;
  /** The text of the answer, once it has been read whole. */
  text: string | null;
  /** HTTP status of the answer, once there is one. */
  status: number | null;
  /** `Retry-After` header in seconds. */
  retryAfter: number | null;
  /** Set when reading our own source failed, so that the server is not blamed. */
  sourceError: unknown;
  /** What the watchdog was waiting for when it ended the call. */
  gaveUp: AwaitedFrom | null;
}

/** Returns the state of a call that has not begun. */
export function newWire(): Wire {
  return {
    connected: false,
    bytes: null,
    bodyEnd: null,
    text: null,
    status: null,
    retryAfter: null,
    sourceError: null,
    gaveUp: null,
  };
}

/** How to make a call, and how long to wait. */
export interface WireOptions {
  readonly dispatcher: Dispatcher;
  /** Engine's clock, for {@link Wire.bodyEnd}. */
  readonly now: () => number;
  /** Real milliseconds after which an upload counts as broken when the server takes no byte, or the source gives none. */
  readonly stallMs: number;
  /** Real milliseconds to wait for the answer after the body was sent. */
  readonly answerMs: number;
  /** Length of a streamed body; small bodies are measured here. */
  readonly bodyBytes?: number | undefined;
}

/** The part of `Response` that node-telegram-bot-api reads. */
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
 * Returns a `fetch` for node-telegram-bot-api over `undici.request`: real `fetch` implementations tee the body and keep a
 * large upload in memory. It always sends Content-Length, records in `wire` what happens, and aborts calls that stall.
 * Errors carry undici's code and not the URL, which contains the token.
 */
export function wireFetch(wire: Wire, options: WireOptions): typeof fetch {
  const perform = async (url: string, init: Init): Promise<MinimalResponse> => {
    const watch = watchdog(wire, options, init.signal);
    try {
      const length = options.bodyBytes;
      const whole = length === undefined ? await collect(init.body) : undefined;
      const size = whole?.byteLength ?? length ?? 0;
      wire.bytes = size;
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

/** Joins a small body, so that it is sent in one write and its length is known. */
async function collect(body: URLSearchParams | ReadableStream<Uint8Array>): Promise<Uint8Array> {
  if (body instanceof URLSearchParams) return Buffer.from(body.toString());
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Yields the body and records its end *before* the last bytes leave: as soon as they may be on the socket, the server may
 * act on them. undici asks for the first chunk only once the connection is made.
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
 * Aborts when what is awaited does not come within `stallMs` (for the answer, `answerMs`), and when `outer` aborts.
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
