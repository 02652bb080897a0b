import { expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { Outages } from "../../src/worker/outages.ts";
import { AWAY, WorkerParts } from "./worker-parts.ts";

it("tells a trouble when it begins, when its reason changes, and when it is over", async () => {
  const parts = await WorkerParts.open();
  const outages = new Outages(parts.clock, parts.events);
  outages.begin("r2", AWAY);
  const since = parts.clock.wall();
  await parts.clock.advance(1_000);
  outages.begin("r2", { ...AWAY, message: "r2 said 500" });
  outages.begin("bot:default", failure("bot_kicked", "out"));
  expect(outages.all).toMatchObject([
    { part: "r2", since, failure: { message: "r2 said 500" } },
    { part: "bot:default", since: since + 1_000 },
  ]);
  const missing = failure("bucket_missing", "no bucket");
  outages.begin("r2", missing);
  outages.end("r2");
  outages.end("r2");
  expect(outages.has("r2")).toBe(false);
  expect(parts.told.health.map(({ part, failure: why }) => [part, why?.reason])).toEqual([
    ["r2", "r2_unavailable"],
    ["bot:default", "bot_kicked"],
    ["r2", "bucket_missing"],
    ["r2", undefined],
  ]);
});
