import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { cannedOf } from "./canned.ts";
import { nameOfAct, type WireAct } from "./wire-fault.ts";
import { WireProxy } from "./wire-proxy.ts";

const BODY = "0123456789".repeat(10);
const REQUEST = (path: string) => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`;

/** A server that answers a hundred bytes and counts what it got, behind a proxy with this fault at its second request. */
async function behind(act: WireAct | null, signal = (_: NodeJS.Signals) => {}) {
  const got: string[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      got.push(`${request.url} ${text}`);
      response.end(BODY);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const proxy = new WireProxy({
    link: "bot-api",
    target: (server.address() as AddressInfo).port,
    faults: act === null ? [] : [{ link: "bot-api", line: "^POST /bot", nth: 2, act }],
    signal,
  });
  await proxy.open();
  onTestFinished(async () => {
    await proxy.close();
    server.closeAllConnections();
    server.close();
  });
  return { proxy, got };
}

/** Asks twice on one connection; returns what came the second time, and how that ended. */
async function askTwice(proxy: WireProxy): Promise<{ text: string; end: string }> {
  const socket = connect(proxy.port, "127.0.0.1").setEncoding("latin1");
  onTestFinished(() => void socket.destroy());
  let text = "";
  let end = "open";
  socket.on("data", (chunk: string) => {
    text += chunk;
  });
  socket.on("error", () => {
    end = "reset";
  });
  socket.on("end", () => {
    end = "closed";
  });
  socket.write(REQUEST("/bot1/sendPhoto"));
  await expect.poll(() => text).toContain(BODY);
  text = "";
  socket.write(REQUEST("/bot1/sendPhoto"));
  await expect.poll(() => end !== "open" || text.includes(BODY) || proxy.waits.length > 0).toBe(true);
  return { text, end };
}

const both = ["/bot1/sendPhoto hello", "/bot1/sendPhoto hello"];

it("passes on what nothing happens to", async () => {
  const { proxy, got } = await behind(null);
  expect(await askTwice(proxy)).toMatchObject({ end: "open", text: expect.stringContaining(BODY) });
  expect([got, proxy.struck]).toEqual([both, []]);
});

const acts: [WireAct, string, number, string | RegExp][] = [
  [{ do: "reset", way: "request", after: 0 }, "reset", 1, ""],
  [{ do: "reset", way: "request", after: 30 }, "reset", 1, ""],
  [{ do: "reset", way: "answer", after: 0 }, "reset", 2, ""],
  [{ do: "cut", after: 40 }, "closed", 2, /^HTTP\/1.1 200 OK\r\nDate/],
  [{ do: "short", after: 7 }, "closed", 2, /Content-Length: 7\r\n(.*\r\n)*0123456$/],
  [{ do: "instead", answer: "502 html", delivered: true }, "closed", 2, /^HTTP\/1.1 502/],
  [{ do: "instead", answer: "429 text", delivered: false }, "closed", 1, /^HTTP\/1.1 429/],
  [{ do: "other", delivered: false }, "closed", 1, /^HTTP\/1.1 200 OK\r\n/],
  [{ do: "refuse", ms: 20 }, "reset", 1, ""],
];

it.each(acts)("%j ends %s, with %i requests at the server", async (act, how, requests, what) => {
  const { proxy, got } = await behind(act);
  const { text, end } = await askTwice(proxy);
  expect(end).toBe(how);
  expect(text).toMatch(what instanceof RegExp ? what : new RegExp(`^${what}$`));
  expect(got).toHaveLength(requests);
  expect(proxy.struck).toEqual([`bot-api: ${nameOfAct(act)}`]);
});

it.each<WireAct>([
  { do: "slow", way: "request", piece: 7, everyMs: 1 },
  { do: "slow", way: "answer", piece: 7, everyMs: 1 },
  { do: "late", ms: 5 },
])("%j comes whole", async (act) => {
  const { proxy, got } = await behind(act);
  expect(await askTwice(proxy)).toMatchObject({ end: "open", text: expect.stringContaining(BODY) });
  expect(got).toEqual(both);
});

it.each([false, true])("closes after the answer has passed, by a reset: %s", async (reset) => {
  const { proxy } = await behind({ do: "close", reset });
  const socket = connect(proxy.port, "127.0.0.1").resume();
  socket.on("error", () => {});
  const closed = once(socket, "close");
  socket.write(REQUEST("/other"));
  socket.write(REQUEST("/bot1/getMe"));
  socket.destroy();
  await closed;
  expect((await askTwice(proxy)).text).toContain(BODY);
});

it("signals the process at a step and lets all pass", async () => {
  const signals: string[] = [];
  const act = { do: "signal", name: "SIGSTOP", ms: 1, way: "answer", after: 20 } as const;
  const { proxy } = await behind(act, (name) => signals.push(name));
  expect(await askTwice(proxy)).toMatchObject({ end: "open", text: expect.stringContaining(BODY) });
  expect(signals).toEqual(["SIGSTOP"]);
});

it("lets nothing pass any more, and closes nothing, until it is calm", async () => {
  const { proxy, got } = await behind({ do: "silent", way: "answer", after: 30 });
  const asked = askTwice(proxy);
  await expect.poll(() => got).toEqual(both);
  proxy.calm();
  expect((await asked).end).toBe("reset");
});

it("listens again after it refused", async () => {
  const { proxy } = await behind({ do: "refuse", ms: 20 });
  await askTwice(proxy);
  await expect.poll(async () => (await askTwice(proxy).catch(() => null))?.end).toBe("open");
});

it("has answers of each far end that begin as HTTP does", () => {
  const all = [...cannedOf("r2"), ...cannedOf("bot-api")];
  expect(all.filter(({ bytes }) => !/^HTTP\/1\.1 \d{3} .*\r\n(.*\r\n)*\r\n/.test(bytes))).toEqual([]);
  expect(all.length).toBeGreaterThan(20);
});
