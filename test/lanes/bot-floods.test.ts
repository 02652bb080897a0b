import { describe, expect, it } from "vitest";
import { BotFloods } from "../../src/lanes/bot-floods.ts";
import { lane } from "./clocked-lanes.ts";

describe("a flood wait", () => {
  it("is the bot's when two lanes, half of those that are open, meet it within a second", () => {
    const all = [lane("default", "-1"), lane("default", "-2"), lane("default", "-3"), lane("default", "-4")];
    const [a, b] = all as [(typeof all)[0], (typeof all)[0]];
    const floods = new BotFloods();
    expect(floods.note(a, all, 0)).toBe(false);
    expect(floods.note(b, all, 999)).toBe(true);
  });

  it("is the chat's when one lane meets it again and again, or the only one does", () => {
    const [a, b] = [lane("default", "-1"), lane("default", "-2")];
    const floods = new BotFloods();
    expect([0, 10, 20].map((now) => floods.note(a, [a, b], now))).toEqual([false, false, false]);
    expect(new BotFloods().note(a, [a], 0)).toBe(false);
  });

  it("is the chat's when less than half of the lanes meet it", () => {
    const all = ["-1", "-2", "-3", "-4", "-5"].map((chat) => lane("default", chat));
    const floods = new BotFloods();
    expect(all.slice(0, 3).map((each) => floods.note(each, all, 0))).toEqual([false, false, true]);
  });

  it("is the chat's when a second lies between, or the other lane is another bot's", () => {
    const [a, b, other] = [lane("default", "-1"), lane("default", "-2"), lane("other", "-1")];
    const floods = new BotFloods();
    floods.note(a, [a, b], 0);
    expect(floods.note(b, [a, b], 1_000)).toBe(false);
    expect(floods.note(other, [other], 1_000)).toBe(false);
  });
});
