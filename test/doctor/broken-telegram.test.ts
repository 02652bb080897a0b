import { describe, expect, it } from "vitest";
import { closedPort } from "../helpers/closed-port.ts";
import type { World } from "../helpers/world.ts";
import { TOKEN } from "../helpers/world.ts";
import { diagnose, type Expected, expectOnly, healthyWorld, tinyServer } from "./diagnose.ts";

interface Case extends Expected {
  readonly title: string;
  readonly breaks: (world: World) => Record<string, string> | Promise<Record<string, string>>;
  readonly secrets?: readonly string[];
}

const order = (body: object) => (world: World) => {
  world.botApi.control(body);
  return {};
};
const ADD_ADMIN = /^Telegram -> .* -> Administrators -> Add Admin -> @first_bot \(Post Messages\)/;

const CASES: readonly Case[] = [
  {
    title: "a port where nothing listens",
    breaks: async () => ({ TELEGRAM_API_ROOT: `http://127.0.0.1:${await closedPort()}` }),
    id: "telegram-reach",
    found: /ECONNREFUSED/,
    next: /prewarm sandbox/,
  },
  {
    title: "a web server in the place of the Bot API",
    breaks: async () => ({
      TELEGRAM_API_ROOT: `http://${await tinyServer((_, answer) => answer.end("<html>It works!</html>"))}`,
    }),
    id: "telegram-token",
    found: /does not speak the Bot API/,
    next: /^export TELEGRAM_API_ROOT=https:\/\/api\.telegram\.org$/,
  },
  {
    title: "a token that was revoked",
    breaks: () => ({ TELEGRAM_BOT_TOKEN: "7000001:AAHrevoked-token" }),
    secrets: ["AAHrevoked"],
    id: "telegram-token",
    found: /401/,
    next: /^BotFather -> \/mybots -> your bot -> API Token/,
  },
  {
    title: "a Bot API server that is down behind its proxy",
    breaks: order({ outage: { mode: "status", status: 502 } }),
    id: "telegram-token",
    status: "unknown",
    found: /502/,
    next: /^run again/,
  },
  {
    title: "a bot that is told to wait",
    breaks: order({
      faults: [{ server: "bot-api", match: { method: "getMe" }, fault: { type: "flood", retry_after: 60 } }],
    }),
    id: "telegram-token",
    status: "unknown",
    found: /429/,
    next: /^wait as long as it says/,
  },
  {
    title: "a chat that the bot was never in",
    breaks: () => ({ WARMUP_CHAT_ID: "-1009999" }),
    id: "telegram-chats",
    subject: "default x -1009999",
    found: /chat not found/,
    next: ADD_ADMIN,
  },
  {
    title: "a channel's id without its -100",
    breaks: () => ({ WARMUP_CHAT_ID: "-44,1" }),
    id: "telegram-chats",
    subject: "default x 1",
    next: /^export WARMUP_CHAT_ID=-44,-1001$/,
  },
  {
    title: "a bot that was kicked",
    breaks: order({ chat: { id: -1001, kick: true } }),
    id: "telegram-chats",
    found: /kicked/,
    next: ADD_ADMIN,
  },
  {
    title: "a bot that is not in the channel",
    breaks: () => ({ WARMUP_CHAT_ID: "-1003" }),
    id: "telegram-chats",
    found: /not a member/,
    next: ADD_ADMIN,
  },
  {
    title: "a bot that may not post",
    breaks: order({ chat: { id: -1001, read_only: true } }),
    id: "telegram-chats",
    found: /may not post/,
    next: /@first_bot -> switch on Post Messages$/,
  },
  {
    title: "a user who never pressed Start",
    breaks: (world) => {
      world.botApi.control({ chat: { id: 77, left: true } });
      return { WARMUP_CHAT_ID: "77" };
    },
    id: "telegram-chats",
    next: /^Telegram -> the chat with @first_bot -> Start$/,
  },
  {
    title: "a chat that was deleted",
    breaks: (world) => {
      world.botApi.control({ chat: { id: -44, delete: true } });
      return { WARMUP_CHAT_ID: "-44" };
    },
    id: "telegram-chats",
    found: /deleted/,
    next: /New Channel/,
  },
  {
    title: "a group that became a supergroup",
    breaks: (world) => {
      world.botApi.control({ chat: { id: -44, migrate_to: -100_777 } });
      return { WARMUP_CHAT_ID: "-1001,-44" };
    },
    id: "telegram-chats",
    status: "warn",
    found: /it is -100777 now/,
    next: /^export WARMUP_CHAT_ID=-1001,-100777$/,
  },
  {
    title: "a chat's name that is neither id nor @name",
    breaks: () => ({ WARMUP_CHAT_ID: "my warmup channel" }),
    id: "config-values",
    subject: "WARMUP_CHAT_ID",
    next: /New Channel/,
  },
];

describe("check-env names what is wrong with Telegram, and nothing else", () => {
  it.each(CASES)("$title", async ({ breaks, secrets = [], ...expected }) => {
    const world = await healthyWorld();
    const env = await breaks(world);
    expectOnly(await diagnose(world, { env, secrets: [...secrets, TOKEN] }), expected);
  });

  it("lets one bad token of two stand alone, and still looks at the other bot's chats", async () => {
    const world = await healthyWorld();
    world.file(
      "prewarm.config.json",
      JSON.stringify({
        bots: [
          { slug: "good", token_env: "GOOD_TOKEN", warmup_chats: [-1001] },
          { slug: "bad", token_env: "BAD_TOKEN", warmup_chats: [-1002] },
        ],
      }),
    );
    const own = { TELEGRAM_BOT_TOKEN: "", WARMUP_CHAT_ID: "" };
    const env = { ...own, GOOD_TOKEN: TOKEN, BAD_TOKEN: "7000009:AAHnobody" };
    const diagnosis = await diagnose(world, { env, secrets: ["AAHnobody"] });
    expectOnly(diagnosis, { id: "telegram-token", subject: "bad", next: /^BotFather/ });
    const chats = diagnosis.findings.filter(({ id }) => id === "telegram-chats");
    expect(chats.map(({ subject, status }) => [subject, status])).toEqual([["good x -1001", "pass"]]);
  });

  it("probes by upload and by url, deletes both, and tells a chat that takes no photos", async () => {
    const world = await healthyWorld();
    const well = await diagnose(world, { args: ["--probe"] });
    const probes = well.findings.filter(({ id }) => id === "telegram-probe");
    expect(probes.map(({ status, found }) => [status, found.slice(0, 9)])).toEqual([
      ["pass", "by upload"],
      ["pass", "by url: a"],
    ]);
    expect(world.posts()).toHaveLength(2);
    const deleted = world.botApi
      .calls()
      .filter(({ method, code }) => method === "deleteMessage" && code === 200);
    expect(deleted).toHaveLength(2);
    world.botApi.control({ chat: { id: -1001, restrict: ["photo"] } });
    const ill = await diagnose(world, { args: ["--probe"] });
    expectOnly(ill, { id: "telegram-probe", found: /not enough rights to send photos/, next: /permissions/ });
  });

  it("repeats no secret that a server repeats", async () => {
    const world = await healthyWorld();
    const place = await tinyServer((request, answer) => {
      const description = `Bad Request: ${request.url} ${decodeURIComponent(request.url ?? "")}`;
      answer.end(JSON.stringify({ ok: false, error_code: 400, description }));
    });
    const { findings } = await diagnose(world, {
      env: { TELEGRAM_API_ROOT: `http://${place}` },
      secrets: [TOKEN],
    });
    expect(findings.find(({ id }) => id === "telegram-token")?.found).toContain("/bot***/getMe");
  });

  it("sends nothing without --probe", async () => {
    const world = await healthyWorld();
    await diagnose(world);
    const methods = new Set(world.botApi.calls().map(({ method }) => method));
    expect([...methods].sort()).toEqual(["getChat", "getChatMember", "getMe"]);
    const operations = new Set(world.r2.requests().map(({ method }) => method));
    expect([...operations].sort()).toEqual(["GET", "HEAD"]);
  });

  it("names the variable that the token of a bot comes from", async () => {
    const world = await healthyWorld();
    const { WARMUP_CHAT_ID } = world.env();
    const bots = [{ slug: "shop", token_env: "SHOP_BOT_TOKEN", warmup_chats: [WARMUP_CHAT_ID] }];
    world.file("prewarm.config.json", JSON.stringify({ bots }));
    const env = { TELEGRAM_BOT_TOKEN: "", WARMUP_CHAT_ID: "", SHOP_BOT_TOKEN: "7000001:AAHrevoked-token" };
    expectOnly(await diagnose(world, { env, secrets: ["AAHrevoked"] }), {
      id: "telegram-token",
      subject: "shop",
      found: /401/,
      next: /API Token.*then: export SHOP_BOT_TOKEN=<token>$/,
    });
  });
});
