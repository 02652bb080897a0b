import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A request that has arrived whole at a front, and what can be done about it. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  /** What the server behind the front answers. It is asked, and what it does is done. */
  truth(): Promise<Answer>;
  /** Sends an answer as HTTP says it; done once the kernel has it. */
  answer(answer: Answer): Promise<void>;
  /** Writes these bytes and no others; done once the kernel has them. */
  write(bytes: string | Uint8Array): Promise<void>;
  /** Ends the connection: by a reset, or as if all were said. */
  cut(how: "reset" | "end"): void;
}

/** Does something about a request instead of handing it on. */
export type Act = (exchange: Exchange) => Promise<void> | void;

export interface Front {
  readonly port: number;
  /** Nobody listens any more, and nobody is connected. */
  shut(): void;
  /** It listens again. */
  open(): Promise<void>;
}

/** Stands in front of a server and hands on what `rule` has nothing to do about; ends with the test. */
export async function openFront(
  target: string,
  rule: (incoming: IncomingMessage) => Act | null,
): Promise<Front> {
  const server = createServer({ keepAliveTimeout: 600_000 }, (incoming, outgoing) => {
    void buffer(incoming).then(
      async (body) => {
        const exchange = exchangeOf(target, { incoming, outgoing, body });
        const act = rule(incoming) ?? (async (it) => it.answer(await it.truth()));
        await act(exchange);
      },
      () => {},
    );
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const shut = () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(shut);
  return { port, shut, open: () => listen(port) };
}

interface Parts {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly body: Buffer;
}

function exchangeOf(target: string, { incoming, outgoing, body }: Parts): Exchange {
  const socket: Socket = incoming.socket;
  socket.on("error", () => {});
  return {
    incoming,
    truth: () => asked(target, incoming, body),
    answer: ({ status, headers, body: said }) =>
      new Promise((resolve) => {
        outgoing.once("close", resolve).writeHead(status, headers);
        outgoing.end(incoming.method === "HEAD" ? undefined : said, resolve);
      }),
    write: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    cut: (how) => void (how === "reset" ? socket.resetAndDestroy() : socket.end()),
  };
}

function asked(
  target: string,
  { method, headers, url = "" }: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onward = forward(new URL(url, target), { method, headers, agent: false }, (response) => {
      buffer(response).then(
        (said) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string>,
            body: said,
          }),
        reject,
      );
    });
    onward.on("error", reject);
    onward.end(body);
  });
}
