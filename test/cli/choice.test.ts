import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { endsOf, itemsOf, linesOf, summaryOf } from "../helpers/child.ts";
import { openWorld, type World } from "../helpers/world.ts";

const ONE = ["-c", "1", "--json"];

function fill(world: World): void {
  world.put("a/photo.jpg", readFileSync(new URL("../../fixtures/media/covers/welcome.jpg", import.meta.url)));
  world.put("a/one.txt", "1");
  world.put("b/three.txt", "three");
  world.put("b/two.zip", "zz");
  world.put("noextension", "plain words");
}

describe("which objects", () => {
  const CHOICES = [
    { args: ["--prefix", "a/"], keys: ["a/one.txt", "a/photo.jpg"] },
    { args: ["--include", "**/*.txt", "--exclude", "b/**"], keys: ["a/one.txt"] },
    { args: ["--include", "*.zip", "--include", "**/*.zip"], keys: ["b/two.zip"] },
    { args: ["--kind", "photo"], keys: ["a/photo.jpg"] },
    { args: ["--limit", "2", "--order", "source"], keys: ["a/one.txt", "a/photo.jpg"] },
  ];

  it.each(CHOICES)("$args", async ({ args, keys }) => {
    const world = await openWorld();
    fill(world);
    const ended = await world.run([...ONE, ...args]);
    expect(ended.code).toBe(0);
    expect(
      itemsOf(ended)
        .map(({ key }) => key)
        .sort(),
    ).toEqual(keys);
    expect(world.postedKeys().sort()).toEqual(keys);
  });

  it("--limit counts what is warmed, not what is skipped, and the next run goes on", async () => {
    const world = await openWorld();
    world.putMany(7);
    for (const posts of [3, 6, 7]) {
      expect((await world.run(["--limit", "3"])).code).toBe(0);
      expect(world.posts()).toHaveLength(posts);
    }
  });

  it("--as sends everything as one kind, beside what is there under another", async () => {
    const world = await openWorld();
    fill(world);
    await world.run(["--kind", "photo"]);
    const ended = await world.run(["--as", "document", "--prefix", "a/photo", "--json"]);
    expect(itemsOf(ended)).toMatchObject([{ key: "a/photo.jpg", kind: "document", status: "ready" }]);
    expect(world.rows("select kind from media_cache order by kind")).toEqual([
      { kind: "document" },
      { kind: "photo" },
    ]);
  });

  it("asks an object for its type where the key does not say it", async () => {
    const world = await openWorld();
    world.put(
      "cover",
      readFileSync(new URL("../../fixtures/media/covers/welcome.jpg", import.meta.url)),
      "image/jpeg",
    );
    const ended = await world.run(["--json"]);
    expect(itemsOf(ended)).toMatchObject([{ key: "cover", kind: "photo", status: "ready" }]);
  });
});

describe("in which order", () => {
  const SIZES = { "a.bin": 300_000, "b.bin": 10, "c.bin": 3_000_000, "d.bin": 100_000 };
  const ORDERS = [
    { order: "small", keys: ["b.bin", "d.bin", "a.bin", "c.bin"] },
    { order: "large", keys: ["c.bin", "a.bin", "d.bin", "b.bin"] },
    { order: "source", keys: ["a.bin", "b.bin", "c.bin", "d.bin"] },
  ];

  it.each(ORDERS)("--order $order holds over everything with --max-queue 0", async ({ order, keys }) => {
    const world = await openWorld();
    for (const [key, bytes] of Object.entries(SIZES)) world.put(key, "x".repeat(bytes));
    const ended = await world.run([...ONE, "--max-queue", "0", "--order", order]);
    expect(ended.code).toBe(0);
    expect(world.postedKeys()).toEqual(keys);
  });

  it("takes the newest first with --order recent, and priorities before everything", async () => {
    const world = await openWorld();
    const day = 86_400_000;
    for (const [i, key] of ["old.txt", "new.txt", "mid.txt"].entries())
      world.r2.put("media", key, Buffer.from(key), { lastModified: Date.now() - ([40, 0, 3][i] ?? 0) * day });
    const recent = await world.run([...ONE, "--max-queue", "0", "--order", "recent"]);
    expect(itemsOf(recent).map(({ key }) => key)).toEqual(["new.txt", "mid.txt", "old.txt"]);
    const stdin = '{"key":"old.txt"}\n{"key":"mid.txt","priority":5}\n{"key":"new.txt","priority":9}\n';
    const args = ["--manifest", "-", "--manifest-format", "jsonl", "--force", "--max-queue", "0"];
    const forced = await world.run([...ONE, ...args], { stdin });
    expect(itemsOf(forced).map(({ key }) => key)).toEqual(["new.txt", "mid.txt", "old.txt"]);
  });

  it("--order source keeps the order of a source that is longer than the queue", async () => {
    const world = await openWorld();
    const keys = world.putMany(60);
    await world.run([...ONE, "--max-queue", "10", "--order", "source"]);
    expect(world.postedKeys()).toEqual(keys);
  });
});

describe("--only", () => {
  it("takes its keys from the ledger, cut to a prefix or a manifest, without a listing", async () => {
    const world = await openWorld();
    world.botApi.control({
      faults: [{ server: "bot-api", match: { method: "sendDocument" }, fault: { type: "post_then_drop" } }],
    });
    for (const key of ["a/1.txt", "a/2.txt", "b/1.txt", "b/2.txt"]) world.put(key, key);
    await world.run(["--no-tag"]);
    world.botApi.control({ faults: [] });
    const listings = () =>
      world.r2.requests().filter(({ operation }) => operation === "ListObjectsV2").length;
    const lists = listings();
    const args = ["--only", "unknown", "--json"];
    expect(endsOf(await world.run([...args, "--prefix", "a/", "--exclude", "a/2*"]))).toEqual({
      "a/1.txt": "ready",
    });
    const options = { stdin: '{"key":"b/1.txt"}\n{"key":"a/1.txt"}\n' };
    const cut = await world.run([...args, "--manifest", "-", "--manifest-format", "jsonl"], options);
    expect(endsOf(cut)).toEqual({ "b/1.txt": "ready" });
    expect(endsOf(await world.run(args))).toEqual({ "a/2.txt": "ready", "b/2.txt": "ready" });
    expect(summaryOf(await world.run(args))).toMatchObject({ total: 0, exit_code: 0 });
    // One request a run, which tries whether the bucket lets us in.
    expect(listings() - lists).toBeLessThanOrEqual(4);
  });
});

describe("--dry-run", () => {
  it("posts nothing, writes nothing, and says how much there is and how long it takes", async () => {
    const world = await openWorld();
    world.putMany(100);
    world.put("same-1.txt", "the same");
    world.put("same-2.txt", "the same");
    const env = { PREWARM_PACE: "documented", PREWARM_BOT_PACE: "" };
    const plan = await world.run(["--dry-run", "--json"], { env });
    expect(plan.code).toBe(0);
    const lines = linesOf(plan);
    expect(lines.filter(({ type }) => type === "planned")).toHaveLength(101);
    expect(lines.at(-1)).toEqual({
      ...{
        type: "plan",
        to_warm: 101,
        skipped: 1,
        filtered: 0,
        left_failed: 0,
        left_unknown: 0,
        bytes: expect.any(Number),
        lanes: 1,
      },
      ...{
        ceiling_per_min: 20,
        eta_seconds: 303,
        advice: [expect.stringMatching(/^7 more channels: 160\/min, 38 s instead of 5 min$/)],
        ...{ bottleneck: "lanes", class_a: 1, class_b: 202, cost_usd: 0.0001 },
        packs: { state: "not_proved", per_min: 400 },
      },
    });
    expect(existsSync(join(world.dir, "prewarm.db"))).toBe(false);
    expect(world.posts()).toEqual([]);
    expect(world.r2.requests().filter(({ operation }) => operation === "GetObject")).toEqual([]);
    const text = await world.run(["-n"], { env });
    expect(text.stdout).toMatch(
      /to warm {3}101 objects.*\n.*\n.*\n.*at most 20\/min.*\n.*about 5m 3s\ncost {6}about 1 Class A.*\npacks {5}with packs: up to 400\/min.*\nfaster {4}7 more/,
    );
  });

  it("leaves a ledger that is there as it is", async () => {
    const world = await openWorld();
    world.putMany(3);
    await world.run(["--limit", "1"]);
    const dump = () =>
      ["media_store", "media_cache", "prewarm_attempts", "prewarm_identity"].map((table) =>
        world.rows(`select * from ${table}`),
      );
    const before = dump();
    const plan = await world.run(["--dry-run", "--json"]);
    expect(linesOf(plan).at(-1)).toMatchObject({ to_warm: 2, skipped: 1 });
    expect(dump()).toEqual(before);
    expect(world.posts()).toHaveLength(1);
  });
});
