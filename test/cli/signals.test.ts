import { describe, expect, it } from "vitest";
import { summaryOf } from "./child.ts";
import { openWorld } from "./world.ts";

const ENV = { MEDIA_PREWARM_CONCURRENCY: "3", PREWARM_PACE: "6000/min" };

describe("signals", () => {
  it.each([
    { signal: "SIGINT", code: 130 },
    { signal: "SIGTERM", code: 143 },
  ] as const)("$signal once finishes what is under way and ends $code", async ({ signal, code }) => {
    const world = await openWorld({ uploadLatencyMs: [200, 300] });
    world.putMany(200);
    const running = world.start(["run", "--json"], { env: ENV });
    await world.until(() => world.posts().length >= 3, "something was posted");
    running.signal(signal);
    const ended = await running.ended;
    expect(ended.code).toBe(code);
    const { ready, total, exit_code } = summaryOf(ended);
    expect(exit_code).toBe(code);
    expect(ready).toBe(total);
    expect(ready).toBe(world.posts().length);
    expect(ready).toBeLessThan(20);
    expect(ended.stderr).toContain(`${signal}: no new work begins`);
    expect(world.rows("select count(*) as n from media_cache where status <> 'ready'")).toEqual([{ n: 0 }]);
  });

  it("a second one breaks off at once; what was handed over is unknown", async () => {
    const world = await openWorld({ uploadLatencyMs: [60_000, 60_000] });
    world.putMany(20);
    const running = world.start(["run", "--json"], { env: ENV });
    const handedOver = () =>
      world.botApi.calls().filter(({ method, body_end }) => method.startsWith("send") && body_end !== null);
    await world.until(() => handedOver().length === 3, "three calls were handed over");
    running.signal("SIGINT");
    await world.until(() => running.heard().includes("SIGINT"), "it heard the first");
    const aborted = performance.now();
    running.signal("SIGINT");
    const ended = await running.ended;
    expect(performance.now() - aborted).toBeLessThan(2_000);
    expect(ended.code).toBe(130);
    expect(summaryOf(ended)).toMatchObject({ total: 3, unknown: 3, exit_code: 130 });
    expect(world.rows("select status, count(*) as n from media_cache group by 1")).toEqual([
      { status: "unknown", n: 3 },
    ]);
  });

  it("ends a sandbox", async () => {
    const world = await openWorld();
    const running = world.start(["sandbox", "--profile", "instant", "--chats", "3"]);
    await world.until(() => running.heard().includes("Ctrl-C"), "it stands");
    running.signal("SIGINT");
    const ended = await running.ended.catch((error: Error) => error);
    // It prints the credentials of its own world, which are no secret, to stdout: for `eval "$(prewarm sandbox)"`.
    expect(ended).toMatchObject({ code: 130, stdout: expect.stringMatching(/^(export \w+=\S+\n)+$/) });
  });
});
