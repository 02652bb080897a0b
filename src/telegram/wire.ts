import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { type Dispatcher, request } from "undici";
import { onAbort } from "../domain/abort.ts";
import { type FormFile, formBody } from "./form.ts";
import { WholeCall } from "./whole-call.ts";

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
  /** Real milliseconds to wait for the answer after the body was sent, and for each further piece of it. */
  readonly answerMs: number;
  /** Files that go with the parameters that the library hands over. */
  readonly files?: readonly FormFile[] | undefined;
  /** Length of a streamed body, which the library hands over whole. */
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
 * Returns a `fetch` for node-telegram-bot-api over undici: real `fetch` implementations tee the body and keep a large upload in
 * memory. It always sends Content-Length, records in `wire` what happens, and aborts calls that stall. Errors carry undici's
 * code and not the URL, which contains the token.
 */
export function wireFetch(wire: Wire, options: WireOptions): typeof fetch {
  const perform = async (url: string, { body, headers, signal }: Init): Promise<MinimalResponse> => {
    const text =
      body instanceof URLSearchParams
        ? await sendWhole(wire, options, { url, body, signal })
        : await sendStream(wire, options, { url, headers, body, signal });
    wire.text = text;
    return { status: wire.status ?? 0, text: async () => text };
  };
  return perform as unknown as typeof fetch;
}

interface Call<Body> {
  readonly url: string;
  readonly body: Body;
  readonly signal: AbortSignal | undefined;
}

async function sendWhole(
  wire: Wire,
  options: WireOptions,
  { url, body, signal }: Call<URLSearchParams>,
): Promise<string> {
  const { bytes, contentType } = formBody(body, options.files ?? []);
  wire.bytes = bytes.byteLength;
  const call = new WholeCall({
    url,
    body: bytes,
    headers: { "content-type": contentType, "content-length": String(bytes.byteLength) },
    begins: () => {
      wire.connected = true;
      // As soon as bytes may be on the socket, the server may act on them.
      wire.bodyEnd = options.now();
      watch.awaits("answer");
    },
    answers: (status, headers) => noteAnswer(wire, status, headers),
    goesOn: () => watch.awaits("answer"),
  });
  const watch = watchdog(wire, options, signal, (reason) => call.abort(reason));
  try {
    return await call.run(options.dispatcher);
  } finally {
    watch.stop();
  }
}

async function sendStream(
  wire: Wire,
  options: WireOptions,
  {
    url,
    headers,
    body,
    signal,
  }: Call<ReadableStream<Uint8Array>> & { readonly headers: Record<string, string> },
): Promise<string> {
  const own = new AbortController();
  const watch = watchdog(wire, options, signal, (reason) => own.abort(reason));
  try {
    const size = options.bodyBytes ?? 0;
    wire.bytes = size;
    const response = await request(url, {
      method: "POST",
      headers: { ...headers, "content-length": String(size) },
      body: handOver(body, size, wire, options, watch.awaits) as unknown as Readable,
      dispatcher: options.dispatcher,
      signal: own.signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    noteAnswer(wire, response.statusCode, response.headers);
    const pieces: Buffer[] = [];
    for await (const piece of response.body) {
      pieces.push(piece as Buffer);
      watch.awaits("answer");
    }
    return Buffer.concat(pieces).toString();
  } finally {
    watch.stop();
  }
}

function noteAnswer(wire: Wire, status: number, headers: IncomingHttpHeaders): void {
  wire.status = status;
  wire.retryAfter = secondsOf(headers["retry-after"]);
}

/**
 * Yields the body and records its end *before* the last bytes leave: as soon as they may be on the socket, the server may
 * act on them. undici asks for the first chunk only once the connection is made.
 */
async function* handOver(
  chunks: ReadableStream<Uint8Array>,
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
 * Ends a call by `abort` when what is awaited does not come within `stallMs` (for the answer, `answerMs`), and when `outer`
 * aborts.
 */
function watchdog(
  wire: Wire,
  options: WireOptions,
  outer: AbortSignal | undefined,
  abort: (reason: Error) => void,
) {
  let timer: NodeJS.Timeout | undefined;
  const awaits = (from: AwaitedFrom) => {
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        wire.gaveUp = from;
        abort(new Error("it took too long"));
      },
      from === "answer" ? options.answerMs : options.stallMs,
    );
  };
  const removeListener = onAbort(outer, () => abort(new Error("stopped here", { cause: outer?.reason })));
  awaits("server");
  return {
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
