import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { EnvHttpProxyAgent } from "undici";
import { expect, it, onTestFinished } from "vitest";
import { bucketAt, openBucket } from "./tiny-server.ts";

/** A CONNECT proxy on loopback that leads every name to `port`. */
async function proxyTo(port: number) {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((_, response) => void response.writeHead(400).end());
  proxy.on("connect", (request: IncomingMessage, client: Socket) => {
    asked.push(request.url ?? "");
    const server = connect(port, "127.0.0.1", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    for (const socket of [client, server]) sockets.add(socket.on("error", () => {}));
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => proxy.close(resolve));
  });
  return { asked, url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
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
  const dispatcher = new EnvHttpProxyAgent({ httpProxy: proxy.url, httpsProxy: proxy.url, noProxy: "" });
  const { storage } = openBucket("http://acc.r2.invalid:8080", { dispatcher });
  for await (const page of storage.list("")) expect(page).toMatchObject({ value: [{ key: "a.txt" }] });
  expect(await storage.head("a.txt")).toMatchObject({ value: { bytes: 5 } });
  const opened = await storage.open("a.txt");
  expect(opened.ok && (await text(opened.value.body))).toBe("hello");
  expect(new Set(proxy.asked)).toEqual(new Set(["acc.r2.invalid:8080"]));
  expect(seen.map((request) => request.headers.host)).toEqual(Array(3).fill("acc.r2.invalid:8080"));
});

it("names the endpoint when the proxy is not there", async () => {
  const dispatcher = new EnvHttpProxyAgent({ httpProxy: "http://127.0.0.1:1", noProxy: "" });
  const { storage } = openBucket("http://acc.r2.invalid:8080", { dispatcher });
  expect(await storage.head("a.txt")).toMatchObject({
    failure: {
      reason: "r2_unavailable",
      message: expect.stringMatching(/acc\.r2\.invalid:8080 .*ECONNREFUSED 127\.0\.0\.1:1/),
    },
  });
});
