import { expect, it } from "vitest";
import { GONE, lane } from "../lanes/clocked-lanes.ts";
import { WorkerParts } from "./worker-parts.ts";

const two = () => [lane("alpha", "-1"), lane("beta", "-2")] as const;

it("passes over a bot whose chats are all closed, and tells once that it is back", async () => {
  const [alpha, beta] = two();
  const { availability, lanes } = await WorkerParts.open({ lanes: [alpha, beta] });
  expect(availability.skips("alpha")).toBe(false);
  lanes.close(alpha, GONE);
  expect([availability.skips("alpha"), availability.skips("beta")]).toEqual([true, false]);
  expect([availability.present(), availability.someoneIsBack()]).toEqual([["beta"], false]);
  lanes.reopen(alpha, { id: "-1", type: "channel", title: "one" });
  expect([availability.someoneIsBack(), availability.someoneIsBack()]).toEqual([true, false]);
});

it("passes over a bot that is frozen for long, but only while another can send", async () => {
  const [alpha, beta] = two();
  const { availability, lanes, clock } = await WorkerParts.open({ lanes: [alpha, beta] });
  lanes.freeze(alpha, 29_000);
  expect(availability.skips("alpha")).toBe(false);
  lanes.freeze(alpha, 90_000);
  expect(availability.skips("alpha")).toBe(true);
  await clock.advance(61_000);
  expect([availability.skips("alpha"), availability.someoneIsBack()]).toEqual([false, true]);
  lanes.close(beta, GONE);
  lanes.freeze(alpha, 90_000);
  expect(availability.skips("alpha")).toBe(false);
});

it("remembers a task that went back to where it came from", async () => {
  const [alpha, beta] = two();
  const { availability } = await WorkerParts.open({ lanes: [alpha, beta] });
  expect(availability.someoneIsBack()).toBe(false);
  availability.skipped("alpha");
  expect(availability.someoneIsBack()).toBe(true);
});
