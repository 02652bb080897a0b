import { expect, it } from "vitest";
import { Backlog } from "../../src/fleet/backlog.ts";

it("counts from when work of a bot was seen first, and anew after a break", () => {
  const backlog = new Backlog();
  backlog.seen(["news", "shop"], 1_000);
  backlog.seen(["news"], 2_000);
  backlog.seen(["news", "shop"], 5_000);
  expect([...backlog.at(6_000)]).toEqual([
    ["news", 5_000],
    ["shop", 1_000],
  ]);
  backlog.seen([], 7_000);
  expect(backlog.at(8_000).size).toBe(0);
});
