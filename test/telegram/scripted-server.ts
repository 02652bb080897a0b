import { createServer, type Socket } from "node:net";
import { Readable } from "node:stream";
import { Agent } from "undici";
import { expect, onTestFinished } from "vitest";
import { systemClock } from "../../src/domain/clock.ts";
import type { Failure } from "../../src/domain/failure.ts";
import { ok } from "../../src/domain/result.ts";
import { redactor, Secret } from "../../src/domain/secret.ts";
import { type BotOptions, openBot } from "../../src/telegram/client.ts";
import type { Bot, SendAnswer, SendRequest, Sent, UploadSource } from "../../src/telegram/port.ts";

export const TOKEN = "1001:AAE-first_bot";

/** The real client, patient unless told otherwise; its connections end with the test. */
export function botAt(apiRoot: string, more: Partial<BotOptions> = {}): Bot {
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const redact = redactor([new Secret(TOKEN)]);
  const common = { slug: "default", token: TOKEN, clock: systemClock(), stallMs: 60_000, answerMs: 60_000 };
  return openBot({ ...common, apiRoot, dispatcher, redact, ...more });
}

/** One request as it came over the wire. */
export interface Exchange {
  readonly socket: Socket;
  /** Request line and headers. */
  readonly head: string;
  /** `Content-Length`; NaN without one. */
  readonly length: number;
  readonly body: Buffer[];
  /** Bytes of the body that came so far. */
  got: number;
  readonly whole: boolean;
  /** Counts from 1 on each connection. */
  readonly nth: number;
}

/** What a scripted server does at each point of a request; at what it does not name, it just reads on. */
export interface Script {
  readonly connected?: (socket: Socket) => void;
  readonly head?: (exchange: Exchange) => void;
  readonly body?: (exchange: Exchange) => void;
  readonly whole?: (exchange: Exchange) => void;
}

/** A server that follows a script to the byte, for faults that must be exact; ends with the test. */
export async function scriptedServer(script: Script) {
  const seen: Exchange[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    follow(socket, script, seen);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`, seen };
}

function follow(socket: Socket, script: Script, seen: Exchange[]): void {
  script.connected?.(socket);
  let pending = Buffer.alloc(0);
  let nth = 0;
  let now: Exchange | undefined;
  socket.on("data", (data) => {
    if (now === undefined) {
      pending = Buffer.concat([pending, data]);
      const end = pending.indexOf("\r\n\r\n");
      if (end < 0) return;
      now = exchangeOf(socket, pending.subarray(0, end).toString("latin1"), ++nth);
      seen.push(now);
      script.head?.(now);
      take(now, pending.subarray(end + 4));
      pending = Buffer.alloc(0);
    } else take(now, data);
    script.body?.(now);
    if (!now.whole) return;
    const done = now;
    now = undefined;
    script.whole?.(done);
  });
}

function exchangeOf(socket: Socket, head: string, nth: number): Exchange {
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? Number.NaN);
  const body: Buffer[] = [];
  return {
    socket,
    head,
    length,
    body,
    nth,
    got: 0,
    get whole() {
      return this.got >= this.length;
    },
  };
}

/** Keeps what tests look at; of large bodies only the count. */
function take(exchange: Exchange, data: Buffer): void {
  exchange.got += data.length;
  if (exchange.length <= 4_000_000) exchange.body.push(data);
}

/** A whole HTTP answer. */
export function reply({ socket }: Exchange, status: number, body: unknown = "", headers = ""): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  socket.write(`HTTP/1.1 ${status} X\r\n${headers}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

export function reset(socket: Socket): void {
  socket.resetAndDestroy();
}

/** The answer to a photo that was posted. */
export const POSTED = {
  ok: true,
  result: {
    message_id: 7,
    chat: { id: -1001 },
    photo: [{ file_id: "AgAC", file_unique_id: "AQADx7kxG0Qk" }],
  },
};

/** A page such as proxies answer with. */
export const HTML = "<html><body><h1>Bad Gateway</h1></body></html>";

/** Bytes that are all there. */
export function inMemory(content: Uint8Array | string, filename = "a.jpg"): UploadSource {
  const bytes = Buffer.from(content);
  return { open: async () => ok(bytes), bytes: bytes.byteLength, filename };
}

const PIECE = Buffer.alloc(65_536, 7);

/** Bytes that are made while they are read; `read` counts those asked for, `closed` is set once nobody wants more. */
export function madeUp(bytes: number, filename = "a.mp4") {
  const state = { read: 0, closed: false, opened: 0 };
  async function* pieces() {
    for (let left = bytes; left > 0; left -= PIECE.length) {
      state.read += Math.min(left, PIECE.length);
      yield PIECE.subarray(0, left);
    }
  }
  const open = async () => {
    state.opened += 1;
    const stream = Readable.from(pieces(), { objectMode: false, highWaterMark: 1 });
    stream.on("close", () => {
      state.closed = true;
    });
    return ok(stream);
  };
  return { source: { open, bytes, filename } satisfies UploadSource, state };
}

/** A photo for the channel, as a small upload unless told otherwise. */
export function photo(more: Partial<SendRequest> = {}): SendRequest {
  return { chat: "-1001", kind: "photo", media: inMemory("picture"), ...more };
}

/** Larger than all socket buffers on the way together. */
export const LARGE = 24_000_000;

export function largeVideo(more: Partial<SendRequest> = {}): SendRequest {
  return photo({ kind: "video", media: madeUp(LARGE).source, ...more });
}

/** The failure of an answer, checked to be one clean line; a success fails the test. */
export function failureOf(answer: SendAnswer | { ok: true } | { ok: false; failure: Failure }): Failure {
  if (answer.ok) throw new Error("it was sent");
  expect(JSON.stringify(answer.failure)).not.toContain("AAE-first_bot");
  expect(answer.failure.message).not.toMatch(/[\r\n]/);
  return answer.failure;
}

/** What was sent, or a failed test that says why it was not. */
export function sentOf(answer: SendAnswer): Sent {
  if (!answer.ok) throw new Error(answer.failure.message);
  return answer.value;
}

/** Sends one request to a server that follows the script: what the client made of it, and whether a whole body came. */
export async function sendTo(script: Script, request = photo(), more: Partial<BotOptions> = {}) {
  const { url, seen } = await scriptedServer(script);
  const answer = await botAt(url, more).send(request);
  return { failure: failureOf(answer), times: answer.times, seen, whole: seen.some((each) => each.whole) };
}
