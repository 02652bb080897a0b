import { describe, expect, it } from "vitest";
import { endsOf, itemsOf } from "../helpers/child.ts";
import { openWorld } from "../helpers/world.ts";

const MB = 1_000_000;

describe("large objects", () => {
  it("streams 45 MB through flat memory, and posts it whole", async () => {
    const world = await openWorld();
    world.put("film.mkv", { bytes: 45 * MB });
    world.put("backup.tar", { bytes: 44 * MB });
    const ended = await world.start(["run", "--json"]).ended;
    expect(endsOf(ended)).toEqual({ "film.mkv": "ready", "backup.tar": "ready" });
    // Both are under way at once: whichever comes first.
    expect(new Set(world.posts().map(({ bytes }) => bytes))).toEqual(new Set([44 * MB, 45 * MB]));
    expect(world.posts().length).toBe(2);
    const contents = world.rows("select sha256 from media_cache").map(({ sha256 }) => sha256);
    expect(new Set(contents)).toEqual(new Set(world.posts().map(({ sha256 }) => sha256)));
    expect(ended.peakMb).toBeLessThan(200);
  });

  it("fails 60 MB before a byte is read or sent, with the advice to use a server of one's own", async () => {
    const world = await openWorld();
    world.put("film.mkv", { bytes: 60 * MB });
    const ended = await world.run(["--json"]);
    expect(ended.code).toBe(3);
    expect(endsOf(ended)).toEqual({ "film.mkv": "failed file_too_big" });
    expect(ended.stderr).toMatch(/film\.mkv has 60\.0 MB.*local-mode server.*`--api-root`, `--api-local`/);
    expect(world.r2.requests().filter(({ operation }) => operation === "GetObject")).toEqual([]);
    expect(world.botApi.calls().filter(({ method }) => method.startsWith("send"))).toEqual([]);

    const again = await world.run(["--json"]);
    expect(itemsOf(again)).toMatchObject([{ status: "failed", left: true, attempts: 0 }]);
    expect(again.code).toBe(3);
  });

  it("sends 60 MB to a server in local mode, also after it failed without one", async () => {
    const world = await openWorld({ local: true });
    world.put("film.mkv", { bytes: 60 * MB });
    expect((await world.run([])).code).toBe(3);
    const ended = await world.start(["run", "--api-local", "--json"]).ended;
    expect(endsOf(ended)).toEqual({ "film.mkv": "ready" });
    expect(world.posts().map(({ bytes }) => bytes)).toEqual([60 * MB]);
    expect(ended.peakMb).toBeLessThan(200);
  });
});
