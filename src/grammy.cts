export * from "./grammy.ts";
