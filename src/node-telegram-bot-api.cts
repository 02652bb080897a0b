export * from "./node-telegram-bot-api.ts";
