import { expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { Troubles } from "../../src/worker/troubles.ts";
import { AWAY, Bench } from "./bench.ts";

it("tells a trouble when it begins, when its reason changes, and when it is over", async () => {
  const bench = await Bench.open();
  const troubles = new Troubles(bench.clock, bench.events);
  troubles.begin("r2", AWAY);
  const since = bench.clock.wall();
  await bench.clock.advance(1_000);
  troubles.begin("r2", { ...AWAY, message: "r2 said 500" });
  troubles.begin("bot:default", failure("bot_kicked", "out"));
  expect(troubles.all).toMatchObject([
    { part: "r2", since, failure: { message: "r2 said 500" } },
    { part: "bot:default", since: since + 1_000 },
  ]);
  const missing = failure("bucket_missing", "no bucket");
  troubles.begin("r2", missing);
  troubles.end("r2");
  troubles.end("r2");
  expect(troubles.has("r2")).toBe(false);
  expect(bench.told.health.map(({ part, failure: why }) => [part, why?.reason])).toEqual([
    ["r2", "r2_unavailable"],
    ["bot:default", "bot_kicked"],
    ["r2", "bucket_missing"],
    ["r2", undefined],
  ]);
});
