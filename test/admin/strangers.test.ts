import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { AdminServer, AdminServerOptions } from "../../src/admin/server.ts";
import { ConfigError } from "../../src/config/error.ts";
import { Secret } from "../../src/domain/secret.ts";
import { ADMIN, AUTHORIZED, serve, TOKEN, worker } from "./worker.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function started(more: Partial<AdminServerOptions> = {}): Promise<AdminServer> {
  const server = await serve(worker(), more);
  undo.push(() => server.close());
  return server;
}

/** A raw connection, what came back over it, and its end. */
function dial({ url }: AdminServer) {
  const socket: Socket = connect(Number(new URL(url).port), "127.0.0.1");
  const heard = { text: "" };
  socket.setEncoding("latin1").on("data", (text: string) => {
    heard.text += text;
  });
  socket.on("error", () => {});
  undo.push(() => socket.destroy());
  const closed = new Promise<string>((resolve) => socket.on("close", () => resolve(heard.text)));
  return { socket, closed };
}

/** Writes a byte each 20 ms until the server has enough of it. */
async function dribble(server: AdminServer, head: string): Promise<string> {
  const { socket, closed } = dial(server);
  socket.write(head);
  const timer = setInterval(() => socket.write("a"), 20);
  const text = await closed;
  clearInterval(timer);
  return text;
}

async function alive({ url }: AdminServer): Promise<number> {
  return (await fetch(`${url}${ADMIN}/metrics`, { headers: AUTHORIZED })).status;
}

const QUICK = { headersMs: 100, requestMs: 200, checkMs: 50 };
/** Until the worker answers; limits that are short for a test can hit an honest client on a busy machine too. */
const lives = (server: AdminServer) => expect.poll(() => alive(server).catch(() => 0)).toBe(200);

const POST = `POST ${ADMIN}/enqueue HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 100000\r\n\r\n`;

describe("clients that take their time", () => {
  it.each([
    ["dribbles its headers", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "],
    ["dribbles its body", POST],
    ["dribbles a request line", "GET /"],
  ])("are cut off when one %s, and the worker lives", async (_, head) => {
    const server = await started({ limits: QUICK });
    expect(await dribble(server, head)).toContain("408");
    await lives(server);
  });

  it("are cut off when they connect and say nothing", async () => {
    const server = await started({ limits: QUICK });
    await dial(server).closed;
    await lives(server);
  });

  it("cannot take more than their share of connections", async () => {
    const server = await started({ limits: { connections: 3 } });
    const first = Array.from({ length: 3 }, () => dial(server));
    await Promise.all(first.map(({ socket }) => new Promise((resolve) => socket.once("connect", resolve))));
    expect(await dial(server).closed).toBe("");
    first[0]?.socket.destroy();
    await lives(server);
  });
});

describe("broken clients", () => {
  it.each([
    ["no HTTP at all", "\x16\x03\x01\x02\x00\r\n\r\n", "400"],
    ["a header above 16 KiB", `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"a".repeat(20_000)}\r\n\r\n`, "431"],
    ["no Host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", "400"],
    ["a Host that is none", "GET /healthz HTTP/1.1\r\nHost: a b@c\r\nConnection: close\r\n\r\n", "400"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"],
  ])("get %s answered with an error, and the worker lives", async (_, text, code) => {
    const server = await started();
    const { socket, closed } = dial(server);
    socket.write(text);
    expect(await closed).toMatch(new RegExp(`^HTTP/1.1 ${code} `));
    await lives(server);
  });

  it.each([
    [
      "a body without a length that goes on above the limit",
      `Transfer-Encoding: chunked\r\n\r\n${`11170\r\n${"a".repeat(70_000)}\r\n`.repeat(20)}0\r\n\r\n`,
      "413",
    ],
    [
      "two ways to say how long a body is",
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400",
    ],
    ["JSON of any depth", `Content-Length: 200000\r\n\r\n${"[".repeat(200_000)}`, "400"],
    [
      "an entry for the prototype of all objects",
      'Content-Length: 27\r\n\r\n{"__proto__":{"key":"a.b"}}',
      "400",
    ],
    ["what HTTP does not expect", "Expect: nonsense\r\nContent-Length: 2\r\n\r\n{}", "417"],
  ])("who know the token get %s answered with an error, and the worker lives", async (_, rest, code) => {
    const server = await started();
    const { socket, closed } = dial(server);
    const head = `POST ${ADMIN}/enqueue HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n`;
    socket.write(`${head}Content-Type: application/json\r\nConnection: close\r\n${rest}`);
    expect(await closed).toMatch(new RegExp(`^HTTP/1.1 ${code} `));
    await lives(server);
  });

  it.each(["OPTIONS", "PUT", "DELETE", "TRACE"])("get no leave for other sites by %s", async (method) => {
    const server = await started();
    const { socket, closed } = dial(server);
    const origin = "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n";
    socket.write(
      `${method} ${ADMIN}/control HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n${origin}Connection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    const answer = await closed;
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
    expect(answer).not.toMatch(/access-control/i);
  });

  it("may hang up in the middle of a body", async () => {
    const errors: unknown[] = [];
    const server = await started({ onError: (error) => errors.push(error) });
    const { socket, closed } = dial(server);
    socket.write(`${POST}{"key`, () => socket.destroy());
    await closed;
    await lives(server);
  });
});

describe("names that lead to this machine without its owner's wish", () => {
  it.each([
    "evil.example",
    "evil.example:3000",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "10.0.0.1",
    "127.0.0.1.",
    "0x7f.1",
    "localhost.",
  ])("are refused while there is no token (%s)", async (host) => {
    const server = await started({ token: null });
    const { socket, closed } = dial(server);
    socket.write(`GET ${ADMIN}/metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(await closed).toMatch(/^HTTP\/1.1 403 [\s\S]*FORBIDDEN_HOST/);
  });

  it.each(["localhost", "LOCALHOST:8080", "127.0.0.1", "127.1.2.3:80", "[::1]:3000"])(
    "are fine as %s",
    async (host) => {
      const server = await started({ token: null });
      const { socket, closed } = dial(server);
      socket.write(`GET ${ADMIN}/metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(await closed).toMatch(/^HTTP\/1.1 200 /);
    },
  );
});

describe("starting", () => {
  async function refusal(more: Partial<AdminServerOptions>): Promise<string> {
    const error = await started(more).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!(error instanceof ConfigError)) throw new Error(`not refused: ${error}`);
    expect([error.exitCode, error.problems.length, error.message.split("\n").length]).toEqual([2, 1, 1]);
    return error.message;
  }

  it.each(["0.0.0.0", "::", "192.168.1.5", "prewarm.example"])("refuses %s without a token", async (host) => {
    expect(await refusal({ host, token: null })).toMatch(/ADMIN_API_TOKEN is not set.*set ADMIN_API_TOKEN/);
    expect(await refusal({ host, token: new Secret(" ") })).toContain(host);
  });

  it("serves others with a token", async () => {
    const server = await started({ host: "0.0.0.0" });
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await alive(server)).toBe(200);
  });

  it("says in one line that the port is taken", async () => {
    const { url } = await started();
    const port = Number(new URL(url).port);
    expect(await refusal({ port })).toBe(
      `port ${port} on 127.0.0.1 is taken by another program; choose another with --port, or end the other one (it may be another worker)`,
    );
  });

  it.each([
    ["an address of another machine", { host: "192.0.2.1" }, /not an address of this machine/],
    ["a name that nobody knows", { host: "no-such-host.invalid" }, /cannot be resolved|cannot listen/],
    ["a port that is none", { port: 70_000 }, /not a port number/],
  ])("says in one line that it was given %s", async (_, more, text) => {
    expect(await refusal(more)).toMatch(text);
  });
});

describe("closing", () => {
  /** The grace is longer than a test may take, so what is over within a test did not wait for it. */
  const LATE = { limits: { closeMs: 600_000 } };

  it("ends kept-alive connections at once and frees the port", async () => {
    const server = await serve(worker(), LATE);
    const { socket, closed } = dial(server);
    socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    await Promise.all([server.close(), server.close(), closed]);
    const port = Number(new URL(server.url).port);
    const next = createServer().listen(port, "127.0.0.1");
    await new Promise((resolve) => next.once("listening", resolve));
    next.close();
  });

  it("lets an answer under way finish", async () => {
    const parts = worker();
    let release = () => {};
    const reached = new Promise<void>((arrived) => {
      parts.view.enqueue = (entries) => {
        arrived();
        return new Promise((resolve) => {
          release = () => resolve({ ok: true, accepted: entries.length, duplicates: 0, passedOver: [] });
        });
      };
    });
    const server = await serve(parts, LATE);
    const answer = fetch(`${server.url}${ADMIN}/enqueue`, {
      method: "POST",
      body: '{"key":"a"}',
      headers: AUTHORIZED,
    });
    await reached;
    const closed = server.close();
    release();
    expect(await (await answer).json()).toEqual({ ok: true, accepted: 1, duplicates: 0 });
    await closed;
  });

  it("does not wait for an answer that never comes", async () => {
    const parts = worker();
    const reached = new Promise<void>((arrived) => {
      parts.view.enqueue = () => {
        arrived();
        return new Promise(() => {});
      };
    });
    const server = await serve(parts, { limits: { closeMs: 50 } });
    const answer = fetch(`${server.url}${ADMIN}/enqueue`, {
      method: "POST",
      body: '{"key":"a"}',
      headers: AUTHORIZED,
    });
    const lost = expect(answer).rejects.toThrow();
    await reached;
    await server.close();
    await lost;
  });
});
