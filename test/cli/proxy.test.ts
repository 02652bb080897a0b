import { expect, it } from "vitest";
import { closedPort } from "../helpers/closed-port.ts";
import { refusingProxy } from "../helpers/refusing-proxy.ts";
import { openWorld } from "../helpers/world.ts";

it("no proxy is asked for servers of this machine", async () => {
  const world = await openWorld();
  world.putMany(2);
  const proxy = `http://127.0.0.1:${await closedPort()}`;
  const { code, stderr } = await world.run([], { env: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } });
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("2 items") });
});

it.each([
  [407, "answered 407: it wants a name and a password"],
  [403, "answered 403: it forbids this host"],
])("a proxy that answers %i is named, where the Bot API is behind it", async (status, said) => {
  const world = await openWorld();
  world.putMany(1);
  const proxy = await refusingProxy(status);
  const env = {
    TELEGRAM_API_ROOT: "http://bot-api.invalid:8081",
    HTTP_PROXY: proxy.replace("//", "//ada:wonderland@"),
    PREWARM_TIME_SCALE: "100",
  };
  const { code, stderr } = await world.run([], { env });
  expect(stderr).toContain(
    `bot-api.invalid:8081 could not be reached (the proxy ${new URL(proxy).host} ${said}`,
  );
  expect(stderr).not.toMatch(/wonderland/);
  expect(code).toBe(1);
});
