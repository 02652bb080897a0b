export * from "./telegraf.ts";
