import { createServer } from "node:http";
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
