import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/domain/clock.ts";
import type { SendRequest } from "../../src/telegram/port.ts";
import {
  botAt,
  failureOf,
  inMemory,
  largeVideo,
  madeUp,
  POSTED,
  photo,
  reply,
  scriptedServer,
  sentOf,
  TOKEN,
} from "./scripted-server.ts";

const MB = 1_000_000;

describe("what goes over the wire", () => {
  const thumbnail = Buffer.alloc(150_000, 1);
  const requests: [string, SendRequest][] = [
    ["a URL", photo({ media: "https://r2.example/a.jpg?X-Amz-Signature=1&x=ü" })],
    ["a small file", photo()],
    ["a small file with a thumbnail", photo({ kind: "audio", media: inMemory("x", "Ü.mp3"), thumbnail })],
    ["a streamed file", photo({ kind: "video", media: madeUp(3 * MB).source })],
    [
      "a streamed file with a thumbnail",
      photo({ kind: "video", media: madeUp(3 * MB, "ü.mp4").source, thumbnail, width: 640, duration: 3 }),
    ],
    ["a file of the last size that is put together", photo({ media: madeUp(1_048_576).source })],
    ["a file of the first size that is streamed", photo({ media: madeUp(1_048_577).source })],
  ];

  it.each(requests)("has its exact length in front: %s", async (_, request) => {
    const { url, seen } = await scriptedServer({ whole: (it) => reply(it, 200, POSTED) });
    const answer = await botAt(url).send(request);
    sentOf(answer);
    const [exchange] = seen;
    expect(seen).toHaveLength(1);
    expect(exchange?.got).toBe(exchange?.length);
    expect(exchange?.head).not.toMatch(/transfer-encoding/i);
    if (typeof request.media !== "string") {
      const text = Buffer.concat(exchange?.body ?? []).toString("latin1");
      expect(text.endsWith(`--${/boundary=(.+)/.exec(exchange?.head ?? "")?.[1]}--\r\n`)).toBe(true);
    }
  });

  it("has its length in front where there is no body at all", async () => {
    const { url, seen } = await scriptedServer({
      whole: (it) => reply(it, 200, { ok: true, result: { id: 1001, username: "first_bot" } }),
    });
    expect(await botAt(url).getMe()).toEqual({ ok: true, value: { username: "first_bot" } });
    expect(seen[0]).toMatchObject({ length: 0, got: 0 });
  });

  it("goes out no faster than the server reads", async () => {
    const { source, state } = madeUp(45 * MB);
    const { url, seen } = await scriptedServer({
      head: ({ socket }) => void socket.pause(),
      whole: (it) => reply(it, 200, POSTED),
    });
    const sending = botAt(url).send(largeVideo({ media: source }));
    let before = -1;
    await expect
      .poll(() => {
        const still = state.read > 0 && state.read === before;
        before = state.read;
        return still;
      })
      .toBe(true);
    expect(state.read).toBeLessThan(20 * MB);
    seen[0]?.socket.resume();
    sentOf(await sending);
    expect([state.read, state.closed]).toEqual([45 * MB, true]);
  });

  it("is never held in memory: 400 MB pass through", async () => {
    const { url } = await scriptedServer({ whole: (it) => reply(it, 200, POSTED) });
    const bot = botAt(url);
    sentOf(await bot.send(largeVideo({ media: madeUp(8 * MB).source })));
    const before = process.memoryUsage();
    let rss = 0;
    let buffers = 0;
    const sampling = setInterval(() => {
      const now = process.memoryUsage();
      rss = Math.max(rss, now.rss - before.rss);
      buffers = Math.max(buffers, now.arrayBuffers - before.arrayBuffers);
    }, 2);
    sentOf(await bot.send(largeVideo({ media: madeUp(400 * MB).source })));
    clearInterval(sampling);
    expect(buffers).toBeLessThan(100 * MB);
    expect(rss).toBeLessThan(150 * MB);
  });
});

describe("the token", () => {
  const echoed = [
    `/bot${TOKEN}/sendPhoto`,
    `/bot${encodeURIComponent(TOKEN)}/sendPhoto`,
    `not ${TOKEN},\nnor this`,
  ];

  it.each(echoed)("is taken out of what a server says: %j", async (description) => {
    const { url } = await scriptedServer({
      whole: (it) => reply(it, 400, { ok: false, error_code: 400, description }),
    });
    const bot = botAt(url);
    for (const answer of [await bot.send(photo()), await bot.getMe()]) {
      const cause = failureOf(answer);
      expect(cause.reason).toBe("refused_unclear");
      expect(cause.message).toContain("***");
    }
  });

  it("is not in what a broken proxy or a bad status line makes of a call", async () => {
    const lines = [
      "HTTP/9.9 what?\r\n\r\n",
      "no HTTP at all\r\n",
      `HTTP/1.1 200 OK\r\nx: ${"y".repeat(40_000)}\r\n\r\n`,
    ];
    for (const line of lines) {
      const { url } = await scriptedServer({ whole: ({ socket }) => void socket.end(line) });
      expect(failureOf(await botAt(url).send(photo())).class).toBe("in_doubt");
    }
  });
});

describe("the moments of a call", () => {
  it("stand on the engine's clock, the end of the body before the answer", async () => {
    const { url } = await scriptedServer({ whole: (it) => reply(it, 200, POSTED) });
    let moment = 1_000_000;
    const clock = { ...systemClock(10), now: () => (moment += 10) };
    const { times } = await botAt(url, { clock }).send(photo());
    expect(times.started).toBeGreaterThan(1_000_000);
    expect(times.bodyEnd).toBeGreaterThan(times.started);
    expect(times.ended).toBeGreaterThan(times.bodyEnd ?? Number.POSITIVE_INFINITY);
  });
});
