import { expect, it } from "vitest";
import { GONE, lane } from "../lanes/scene.ts";
import { Bench } from "./bench.ts";

const two = () => [lane("alpha", "-1"), lane("beta", "-2")] as const;

it("passes over a bot whose chats are all closed, and tells once that it is back", async () => {
  const [alpha, beta] = two();
  const { absence, lanes } = await Bench.open({ lanes: [alpha, beta] });
  expect(absence.passesOver("alpha")).toBe(false);
  lanes.close(alpha, GONE);
  expect([absence.passesOver("alpha"), absence.passesOver("beta")]).toEqual([true, false]);
  expect([absence.present(), absence.someoneIsBack()]).toEqual([["beta"], false]);
  lanes.reopen(alpha, { id: "-1", type: "channel", title: "one" });
  expect([absence.someoneIsBack(), absence.someoneIsBack()]).toEqual([true, false]);
});

it("passes over a bot that is frozen for long, but only while another can send", async () => {
  const [alpha, beta] = two();
  const { absence, lanes, clock } = await Bench.open({ lanes: [alpha, beta] });
  lanes.freeze(alpha, 29_000);
  expect(absence.passesOver("alpha")).toBe(false);
  lanes.freeze(alpha, 90_000);
  expect(absence.passesOver("alpha")).toBe(true);
  await clock.advance(61_000);
  expect([absence.passesOver("alpha"), absence.someoneIsBack()]).toEqual([false, true]);
  lanes.close(beta, GONE);
  lanes.freeze(alpha, 90_000);
  expect(absence.passesOver("alpha")).toBe(false);
});

it("remembers a task that went back to where it came from", async () => {
  const [alpha, beta] = two();
  const { absence } = await Bench.open({ lanes: [alpha, beta] });
  expect(absence.someoneIsBack()).toBe(false);
  absence.miss("alpha");
  expect(absence.someoneIsBack()).toBe(true);
});
