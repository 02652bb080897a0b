import { expect, it } from "vitest";
import { openWorld } from "../helpers/world.ts";

it("TELEGRAM_TEST makes every call in Telegram's test environment, and its ids are kept apart from others", async () => {
  const world = await openWorld();
  world.putMany(2);
  const inTest = await world.run(["--json"], { env: { TELEGRAM_TEST: "1" } });
  expect(inTest.code).toBe(0);
  const calls = world.botApi.calls();
  expect([calls.length > 3, calls.filter(({ test }) => !test)]).toEqual([true, []]);
  const outside = await world.run(["--json"]);
  expect([outside.code, outside.stderr]).toEqual([
    2,
    expect.stringMatching(/has ids of `default` from \S+\/test/),
  ]);
  const other = await world.run(["--json", "--ledger", "sqlite:other.db"]);
  expect(other.code).toBe(0);
  const flagged = await world.run(["--json", "--ledger", "sqlite:other.db", "--test-environment"]);
  expect(flagged.code).toBe(2);
});
