import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";

/** The URL of a proxy on loopback that answers every CONNECT with this status. */
export async function refusingProxy(status: number): Promise<string> {
  const proxy = createServer((_, response) => void response.writeHead(status).end());
  proxy.on("connect", (_, client: Socket) => {
    client.on("error", () => {}).end(`HTTP/1.1 ${status} No\r\n\r\n`);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
