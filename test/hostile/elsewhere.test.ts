import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { API, startWorker } from "../cli/started-worker.ts";
import { openWorld } from "../helpers/world.ts";

const ADMIN_API_TOKEN = "admin-token-of-this-test";

async function serverOf(listener: RequestListener) {
  const server = createServer(listener);
  const seen = { connections: 0 };
  server.on("connection", () => {
    seen.connections++;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, seen };
}

/** A server that nobody has named in a configuration, and how often somebody called it. */
const strangersServer = () => serverOf((_, response) => response.end("secret of another machine"));

/** A key, a bot, or whatever else is a text, that leads to a server where it is taken for an address. */
function leadingTo(port: number): string[] {
  const host = `127.0.0.1:${port}`;
  const texts = [
    ...[
      `http://${host}/a.jpg`,
      `//${host}/a.jpg`,
      `/\\${host}/a.jpg`,
      `@${host}/a.jpg`,
      `/../../@${host}/a.jpg`,
    ],
    ...[
      `?X-Amz-Host=${host}`,
      `#@${host}`,
      `a.jpg HTTP/1.1\r\nHost: ${host}\r\n\r\nGET /`,
      `file:///etc/passwd`,
    ],
  ];
  return texts.map((it) => `${it}.txt`);
}

it("no request to a worker makes it call a server that its owner did not name", async () => {
  const [world, stranger] = [await openWorld(), await strangersServer()];
  const keys = leadingTo(stranger.port);
  const worker = await startWorker(world, { env: { ADMIN_API_TOKEN } });
  for (const key of keys) world.put(key, `content of ${key}`);
  const headers = { authorization: `Bearer ${ADMIN_API_TOKEN}` };
  const post = async (path: string, body: unknown) =>
    (await worker.post(`${API}/${path}`, body, { headers })).status;
  for (const key of keys) {
    await post("enqueue", { key, filename: key, title: key });
    await post("enqueue", { key: "a.jpg", url: key, endpoint: key, source: key, bot: key });
    await post("lookup", { keys: [key, { key, bot: key, kind: key }] });
    await post("report", { type: "dead", key, bot: key, kind: "photo", file_id: key });
    await post("retry", { keys: [key], bot: key });
    await worker.get(
      `${API}/lookup?key=${encodeURIComponent(key)}&bot=${encodeURIComponent(key)}&url=${encodeURIComponent(key)}`,
      { headers },
    );
  }
  // As clients ask a proxy.
  const { hostname, port } = new URL(worker.url);
  for (const line of [`GET ${stranger.url}/ HTTP/1.1`, `CONNECT 127.0.0.1:${stranger.port} HTTP/1.1`]) {
    const socket = connect(Number(port), hostname).on("error", () => {});
    socket.end(
      `${line}\r\nHost: 127.0.0.1:${stranger.port}\r\nAuthorization: ${headers.authorization}\r\nConnection: close\r\n\r\n`,
    );
    expect(await text(socket).catch(() => "")).not.toContain("secret of another machine");
  }
  await world.until(() => world.posts().length === keys.length, "all that was enqueued is posted");
  await worker.stop();
  expect(world.postedKeys().toSorted()).toEqual(keys.toSorted());
  expect(stranger.seen.connections).toBe(0);
});

it("no answer of a server makes a run call another one", async () => {
  const [world, stranger] = [await openWorld(), await strangersServer()];
  world.put("a.jpg", "a");
  const away = await serverOf((request, response) => {
    request.resume();
    response
      .writeHead(307, { location: `${stranger.url}${request.url}`, refresh: `0; url=${stranger.url}` })
      .end();
  });
  for (const name of ["R2_ENDPOINT", "TELEGRAM_API_ROOT"])
    for (const command of [["run", "--no-preflight"], ["check-env"]]) {
      const { code, stderr } = await world.ask(command, {
        env: { [name]: away.url, PREWARM_TIME_SCALE: "1000" },
      });
      expect([command, code, stderr]).toEqual([
        command,
        expect.any(Number),
        expect.not.stringContaining("unexpected"),
      ]);
    }
  expect(away.seen.connections).toBeGreaterThan(3);
  expect(stranger.seen.connections).toBe(0);
});
