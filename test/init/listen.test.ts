import { Agent } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Asker } from "../../src/init/asker.ts";
import { type Heard, listen } from "../../src/init/listen.ts";
import type { BotApiServer } from "../../src/sandbox/bot-api/server.ts";
import { openUpdates } from "../../src/telegram/updates.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { CHANNEL, call, start, TOKEN } from "../sandbox/bot-api/bot-api-server.ts";

/** Longer than any of these tests goes on for. */
const NEVER_MS = 3_600_000;

/** Shows nothing, and is never cancelled. */
const asker = {
  during: (_text: string, work) => work(() => {}, new AbortController().signal),
} as Pick<Asker, "during"> as Asker;

/** Listens to the first bot, and lets the clock go on until that is over. */
async function heard(server: BotApiServer, clock: VirtualClock, meanwhile = () => {}): Promise<Heard> {
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const updates = openUpdates({
    token: TOKEN,
    apiRoot: server.url,
    dispatcher,
    clock,
    redact: (text) => text,
    stallMs: NEVER_MS,
    answerMs: NEVER_MS,
  });
  const over = listen(asker, updates, { known: [], clock });
  let isOver = false;
  void over.finally(() => {
    isOver = true;
  });
  for (let step = 0; !isOver; step++) {
    if (step === 50) meanwhile();
    clock.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return over;
}

const asks = (server: BotApiServer) => server.calls().filter(({ method }) => method === "getUpdates").length;

describe("listening for channels", () => {
  it("hears of a channel that the bot is added to, and consumes nothing", async () => {
    const clock = new VirtualClock();
    const server = await start({ clock });
    server.control({ chat: { id: CHANNEL, left: true, bot: "first_bot" } });
    const { end, chats } = await heard(server, clock, () =>
      server.control({ chat: { id: CHANNEL, left: false, bot: "first_bot" } }),
    );
    expect([end, chats]).toEqual(["found", [{ id: String(CHANNEL), type: "channel", title: "Warmup" }]]);
    expect((await call(server, "getUpdates")).result).toHaveLength(2);
  });

  it("ends no poll of a bot that runs after all, and sees nothing then", async () => {
    const clock = new VirtualClock();
    const server = await start({ clock });
    server.control({ update: { chat: 77, text: "one", bot: "first_bot" } });
    const bot = call(server, "getUpdates", { offset: 2, timeout: 50 });
    while (asks(server) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const { end } = await heard(server, clock);
    expect([end, asks(server)]).toEqual(["nothing", expect.any(Number)]);
    expect(asks(server)).toBeGreaterThan(10);
    expect(await bot).toMatchObject({ status: 200, result: [] });
  });
});
