import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { openWorld } from "../helpers/world.ts";

/** A door before a Bot API server: lets sends through only when `together` of them wait at it. Returns its address. */
async function doorBefore(root: string, together: number): Promise<string> {
  const waiting: (() => void)[] = [];
  const door = createServer((incoming, answer) => {
    const pass = () => {
      const onward = request(new URL(incoming.url ?? "/", root), {
        method: incoming.method ?? "GET",
        headers: incoming.headers,
      });
      onward.on("response", (response) => {
        answer.writeHead(response.statusCode ?? 500, response.headers);
        response.pipe(answer);
      });
      onward.on("error", () => answer.destroy());
      incoming.pipe(onward);
    };
    if (!/\/send[A-Z]/.test(incoming.url ?? "")) return pass();
    waiting.push(pass);
    if (waiting.length >= together) for (const go of waiting.splice(0)) go();
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  onTestFinished(() => {
    door.closeAllConnections();
    door.close();
  });
  return `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
}

it("a pace that the user sets lets as many calls of a lane overlap as the concurrency allows", async () => {
  const world = await openWorld();
  world.putMany(6);
  const root = await doorBefore(world.botApi.url, 6);
  const ended = await world.runWith({ TELEGRAM_API_ROOT: root }, "--pace", "60000/min", "-c", "6");
  expect(ended.code).toBe(0);
  expect(world.posts()).toHaveLength(6);
});
