import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, it, onTestFinished } from "vitest";
import { closeServer, listenOnLoopback } from "../../src/sandbox/loopback.ts";

function silentServer() {
  const server = createServer(() => {});
  onTestFinished(() => closeServer(server));
  return server;
}

it("finds a free port, refuses one that is taken, and cuts a request that waits when it closes", async () => {
  const server = silentServer();
  const url = await listenOnLoopback(server, 0);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await expect(listenOnLoopback(silentServer(), Number(new URL(url).port))).rejects.toThrow("EADDRINUSE");
  const asked = new Promise((resolve) => server.once("request", resolve));
  const answer = fetch(url);
  await asked;
  await Promise.all([closeServer(server), expect(answer).rejects.toThrow()]);
});

/** What becomes of a connection to an address. */
async function connectionTo(port: number, address: string): Promise<string> {
  const socket = connect(port, address);
  const end = once(socket, "connect").then(() => "connected");
  return end.catch(() => "refused").finally(() => socket.destroy());
}

it("is there for this machine alone: no other address of it leads there", async () => {
  const port = Number(new URL(await listenOnLoopback(silentServer(), 0)).port);
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const others = own.filter(({ internal, family }) => !internal && family === "IPv4");
  for (const { address } of others)
    expect([address, await connectionTo(port, address)]).toEqual([address, "refused"]);
  expect(await connectionTo(port, "127.0.0.1")).toBe("connected");
});
