import { Bot as GrammyBot } from "grammy";
import { Bot } from "node-telegram-bot-api";
import { Telegraf } from "telegraf";
import { createSender as overGrammy } from "../../src/grammy.ts";
import { createSender } from "../../src/index.ts";
import { createSender as overNodeTelegramBotApi } from "../../src/node-telegram-bot-api.ts";
import type { CommonSenderOptions } from "../../src/runs/sender-options.ts";
import type { Delivered, SendTarget } from "../../src/senders/port.ts";
import { createSender as overTelegraf } from "../../src/telegraf.ts";
import { TOKEN, type World } from "../helpers/world.ts";

/** A sender, with the options that all libraries have. */
interface PlainSender {
  send(request: SendTarget & { readonly caption?: string }): Promise<Delivered>;
  close(): Promise<void>;
}

type Make = (world: World, options: CommonSenderOptions) => PlainSender;

/** A sender over the bot of each library, and over none, to a sandbox. */
export const BOTS: readonly (readonly [string, Make])[] = [
  ["grammY", (world, options) => overGrammy(new GrammyBot(TOKEN, { client: apiRoot(world) }), options)],
  ["Telegraf", (world, options) => overTelegraf(new Telegraf(TOKEN, { telegram: apiRoot(world) }), options)],
  [
    "node-telegram-bot-api",
    (world, options) => overNodeTelegramBotApi(new Bot(TOKEN, { ...apiRoot(world), maxRetries: 0 }), options),
  ],
  ["no library", (world, options) => createSender({ ...options, botToken: TOKEN, ...apiRoot(world) })],
];

function apiRoot(world: World) {
  return { apiRoot: world.botApi.url };
}
