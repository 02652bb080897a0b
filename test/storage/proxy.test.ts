import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { connectOptions, openDispatcher } from "../../src/compose/dispatcher.ts";
import { closedPort } from "../helpers/closed-port.ts";
import { refusingProxy } from "../helpers/refusing-proxy.ts";
import { bucketAt, openBucket } from "./tiny-server.ts";

const TIMES = { connectMs: 5_000 };

/** A CONNECT proxy on loopback that leads every name to `port`. */
async function proxyTo(port: number) {
  const asked: string[] = [];
  const authorized: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((_, response) => void response.writeHead(400).end());
  proxy.on("connect", (request: IncomingMessage, client: Socket) => {
    asked.push(request.url ?? "");
    authorized.push(request.headers["proxy-authorization"]);
    const server = connect(port, "127.0.0.1", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    for (const socket of [client, server]) sockets.add(socket.on("error", () => {}));
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => proxy.close(resolve));
  });
  return { asked, authorized, url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
}

it("lists, asks, reads through a proxy, for a name that only the proxy can reach", async () => {
  const { url, seen } = await bucketAt((request, response) => {
    const body = request.url?.includes("list-type=2")
      ? "<ListBucketResult><Name>media</Name><IsTruncated>false</IsTruncated><Contents><Key>a.txt</Key></Contents></ListBucketResult>"
      : "hello";
    response.writeHead(200, { "content-length": `${body.length}`, etag: '"abc"' });
    response.end(request.method === "HEAD" ? undefined : body);
  });
  const proxy = await proxyTo(Number(new URL(url).port));
  const dispatcher = openDispatcher({ http: proxy.url, https: proxy.url }, TIMES);
  const { storage } = openBucket("http://acc.r2.invalid:8080", { dispatcher });
  for await (const page of storage.list("")) expect(page).toMatchObject({ value: [{ key: "a.txt" }] });
  expect(await storage.head("a.txt")).toMatchObject({ value: { bytes: 5 } });
  const opened = await storage.open("a.txt");
  expect(opened.ok && (await text(opened.value.body))).toBe("hello");
  expect(new Set(proxy.asked)).toEqual(new Set(["acc.r2.invalid:8080"]));
  expect(seen.map((request) => request.headers.host)).toEqual(Array(3).fill("acc.r2.invalid:8080"));
});

async function troubleThrough(proxy: string) {
  const { storage } = openBucket("http://acc.r2.invalid:8080", {
    dispatcher: openDispatcher({ http: proxy }, TIMES),
  });
  const head = await storage.head("a.txt");
  const pages = [];
  for await (const page of storage.list("")) {
    pages.push(page);
    if (!page.ok) break;
  }
  return [head, ...pages].map((result) => (result.ok ? result : { ...result.failure }));
}

it("names the proxy when it is not there", async () => {
  const port = await closedPort();
  for (const trouble of await troubleThrough(`http://ada:wonderland@127.0.0.1:${port}`))
    expect(trouble).toMatchObject({
      reason: "r2_unavailable",
      message: expect.stringMatching(
        new RegExp(
          `acc\\.r2\\.invalid:8080 .*: the proxy 127\\.0\\.0\\.1:${port} could not be reached \\(ECONNREFUSED\\)$`,
        ),
      ),
    });
});

it.each([
  [407, /: the proxy (\S+) answered 407: it wants a name and a password/],
  [403, /: the proxy (\S+) answered 403: it forbids this host/],
  [502, /: the proxy (\S+) answered 502 instead of leading there/],
])("names the proxy that answers %i, without its password", async (status, said) => {
  const proxy = await refusingProxy(status);
  const troubles = await troubleThrough(proxy.replace("//", "//ada:wonderland@"));
  expect(troubles).toHaveLength(2);
  for (const trouble of troubles) {
    expect(trouble).toMatchObject({ reason: "r2_unavailable", message: expect.stringMatching(said) });
    expect(JSON.stringify(trouble)).toContain(new URL(proxy).host);
    expect(JSON.stringify(trouble)).not.toMatch(/ada|wonderland/);
  }
});

it("names a proxy that takes the connection and then says nothing", async () => {
  const sockets = new Set<Socket>();
  const silent = createTcpServer((socket) => void sockets.add(socket.on("error", () => {})));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const { port } = silent.address() as AddressInfo;
  const dispatcher = openDispatcher({ http: `http://127.0.0.1:${port}` }, { connectMs: 300 });
  const head = await openBucket("http://acc.r2.invalid:8080", { dispatcher }).storage.head("a.txt");
  expect(head).toMatchObject({
    failure: {
      message: expect.stringMatching(
        `the proxy 127.0.0.1:${port} gave no answer \\(UND_ERR_HEADERS_TIMEOUT\\)$`,
      ),
    },
  });
});

it("gives the proxy its name and password, decoded, also a name alone", async () => {
  const { url } = await bucketAt(
    (_, response) => void response.writeHead(200, { "content-length": "5" }).end(),
  );
  for (const [user, sent] of [
    ["a%40da:w%25nder", "a@da:w%nder"],
    ["ada", "ada:"],
  ] as const) {
    const proxy = await proxyTo(Number(new URL(url).port));
    const dispatcher = openDispatcher({ http: proxy.url.replace("//", `//${user}@`) }, TIMES);
    await openBucket("http://acc.r2.invalid:8080", { dispatcher }).storage.head("a.txt");
    expect(proxy.authorized).toEqual([`Basic ${Buffer.from(sent).toString("base64")}`]);
  }
});

it("reaches this machine without any proxy, and a name that NO_PROXY has", async () => {
  const { url } = await bucketAt(
    (_, response) => void response.writeHead(200, { "content-length": "5" }).end(),
  );
  const dispatcher = openDispatcher({ http: `http://127.0.0.1:${await closedPort()}` }, TIMES);
  for (const host of ["127.0.0.1", "localhost"]) {
    const { storage } = openBucket(url.replace("127.0.0.1", host), { dispatcher });
    expect(await storage.head("a.txt")).toMatchObject({ value: { bytes: 5 } });
  }
});

it("waits five seconds for each address of a name, where there is time for two", () => {
  expect(connectOptions(10_000)).toMatchObject({ timeout: 10_000, autoSelectFamilyAttemptTimeout: 5_000 });
  expect(connectOptions(3_000)).toMatchObject({ timeout: 3_000, autoSelectFamilyAttemptTimeout: 1_500 });
});
