import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { itemsOf, linesOf, summaryOf } from "../helpers/child.ts";
import { openHeldWorld, openWorld } from "../helpers/world.ts";

const ESCAPE = "\u001b";

describe("what goes where", () => {
  it("gives stdout only JSON, and stderr no escape code", async () => {
    const world = await openWorld();
    world.putMany(12);
    const ended = await world.run(["--json"]);
    expect(linesOf(ended).map(({ type }) => type)).toEqual([...Array(12).fill("item"), "summary"]);
    expect(ended.stderr).not.toContain(ESCAPE);
  });

  it("says its name first, and keeps stdout empty without --json", async () => {
    const world = await openWorld();
    world.putMany(2);
    const ended = await world.ask(["run"]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toBe("");
    expect(ended.stderr.split("\n")[0]).toMatch(/^prewarm \d+\.\d+\.\d+ run$/);
    expect(ended.stderr).toMatch(/^2 items in /m);
  });

  it("is silent with --quiet but for what goes wrong", async () => {
    const world = await openWorld();
    world.put("big.zip", { bytes: 60_000_000 });
    world.put("a.txt", "a");
    const ended = await world.run(["--quiet"]);
    expect(ended.stdout).toBe("");
    expect(ended.stderr.trimEnd().split("\n")).toEqual([
      expect.stringContaining("failed big.zip has 60.0 MB"),
      expect.stringMatching(
        /prewarm\S* run: exit code 3: 1 failed, 0 unknown \(file_too_big\); e\.g\. big\.zip\. Next: use a Bot/,
      ),
    ]);
    world.r2.delete("media", "big.zip");
    expect((await world.run(["-q"])).stderr).toBe("");
  });

  it("says of a dry run that ends 3 what is left alone, also with --quiet", async () => {
    const world = await openWorld();
    world.put("big.zip", { bytes: 60_000_000 });
    await world.run(["-q"]);
    const planned = await world.run(["--dry-run"]);
    expect([planned.code, planned.stdout]).toEqual([
      3,
      expect.stringContaining("left alone: 1 failed (file_too_big); to try them again:"),
    ]);
    expect((await world.run(["-n", "-q"])).stderr).toMatch(
      /^\S.* exit code 3: 1 failed, 0 unknown \(file_too_big\)/,
    );
    const json = await world.run(["-n", "--json"]);
    expect(linesOf(json).at(-1)).toMatchObject({ type: "plan", left_failed: 1, left_unknown: 0 });
  });

  it("goes on when the reader of stdout has gone away", async () => {
    const world = await openWorld();
    world.putMany(30);
    const ended = await world.run(["--json"], { deafTo: "stdout" });
    expect(ended.code).toBe(0);
    expect(world.posts()).toHaveLength(30);
    expect((await world.run(["--dry-run"], { deafTo: "stdout" })).code).toBe(0);
  });

  it("scales times back when the clock runs faster, and says so", async () => {
    const world = await openWorld();
    world.putMany(13);
    const env = { PREWARM_TIME_SCALE: "20", PREWARM_PACE: "60/min" };
    const ended = await world.ask(["run", "--json"], { env });
    const { duration_ms: duration, throughput_per_min: pace, time_scale: scale } = summaryOf(ended);
    // A slow machine makes a run longer on both clocks: what it cannot do is to change what one is of the other.
    const sends = world.botApi.calls().filter(({ method }) => method.startsWith("send"));
    const real = (sends.at(-1)?.answered ?? 0) - (sends[0]?.started ?? 0);
    expect(duration).toBeGreaterThan(11_900);
    expect(duration).toBeGreaterThanOrEqual(20 * real);
    expect(duration).toBeLessThanOrEqual(20 * ended.ms);
    expect(pace).toBeLessThan(66);
    expect(scale).toBe(20);
    expect(ended.stderr).toContain("clock: 20x faster than real time");
  });
});

describe("the SQL at the end", () => {
  const sqlAfter = (stderr: string, line: string) => {
    const lines = stderr.split("\n");
    const at = lines.findIndex((each) => each.includes(line)) + 1;
    const end = lines.findIndex((each, i) => i >= at && !each.startsWith("  "));
    return lines.slice(at, end).join("\n");
  };

  const HIDDEN = [
    "a\u202egpj.txt",
    "it's\u200b.txt",
    "\u0007",
    "no\u00a0blank.txt",
    "two  blanks.txt",
    "e\u0301\n.txt",
  ];

  it.each(HIDDEN)("finds the id of %j", async (key) => {
    const world = await openWorld();
    world.put(key, "content");
    const { stderr } = await world.run([]);
    const sql = sqlAfter(stderr, "a bot reads it by this SQL:");
    expect(sql.normalize("NFC")).toMatch(/^[\n\u0020-\u007e\u00e9]+$/);
    expect(world.rows(sql)).toHaveLength(1);
  });

  it("lists what is failed or unknown now, and not what has become ready or has other content since", async () => {
    const world = await openWorld();
    for (const [i, key] of ["big.zip", "huge.zip", "vast.zip"].entries())
      world.put(key, { bytes: 60_000_000 + i });
    world.putMany(2, "lost/");
    world.botApi.control({
      faults: [{ server: "bot-api", match: { method: "sendDocument" }, fault: { type: "post_then_drop" } }],
    });
    const { stderr } = await world.run(["-c", "1"]);
    const keys = () => world.rows(sqlAfter(stderr, "lists them:")).map((row) => row.r2_key as string);
    expect(keys().sort()).toEqual(["big.zip", "huge.zip", "lost/0000.bin", "lost/0001.bin", "vast.zip"]);
    world.botApi.control({ faults: [] });
    world.put("huge.zip", "small now");
    await world.run([]);
    expect(keys().sort()).toEqual(["big.zip", "lost/0000.bin", "lost/0001.bin", "vast.zip"]);
    await world.run(["--only", "unknown", "--look-after", "0"]);
    expect(keys().sort()).toEqual(["big.zip", "vast.zip"]);
    await world.run(["--only", "failed"]);
    expect(keys().sort()).toEqual(["big.zip", "vast.zip"]);
  });
});

describe("colours", () => {
  const COLOURS = [
    { env: {}, coloured: false },
    { env: { FORCE_COLOR: "1" }, coloured: true },
    { env: { NO_COLOR: "1", FORCE_COLOR: "1" }, coloured: false },
    { env: { FORCE_COLOR: "0" }, coloured: false },
    { env: { TERM: "dumb" }, coloured: false },
  ];

  it.each(COLOURS)("with $env: $coloured", async ({ env, coloured }) => {
    const world = await openWorld();
    world.put("big.zip", { bytes: 60_000_000 });
    const ended = await world.run([], { env });
    expect(ended.stderr.includes(ESCAPE)).toBe(coloured);
    expect(ended.stdout).toBe("");
  });
});

describe("on a terminal", () => {
  /** `script` (util-linux) gives a program a terminal of its own; what it shows comes on stdout. */
  const hasScript = existsSync("/usr/bin/script") && process.platform === "linux";
  const wrap = (command: readonly string[]) => [
    "script",
    "-qec",
    command.map((word) => `'${word}'`).join(" "),
    "/dev/null",
  ];

  it.skipIf(!hasScript)(
    "shows bar, figures and lanes live, and the tables at the end (needs `script`)",
    async () => {
      const { world, hold } = await openHeldWorld();
      world.putMany(30);
      const env = { TERM: "xterm", NO_COLOR: "1", MEDIA_PREWARM_CONCURRENCY: "3" };
      const running = world.start(["run"], { wrap, env });
      await world.until(() => world.underWay() === 3, "three are under way");
      await hold.release();
      await world.until(
        () => /\[=+-+\] +10\.0 % +3\/30 /.test(running.shown()),
        "the bar shows three of thirty",
      );
      await hold.end();
      const shown = (await running.ended).stdout;
      expect(shown).toContain(`${ESCAPE}[?25l`);
      expect(shown).toMatch(/default x -1001/);
      expect(shown).toMatch(/30 items in/);
      expect(shown.lastIndexOf(`${ESCAPE}[?25h`)).toBeGreaterThan(shown.lastIndexOf(`${ESCAPE}[?25l`));
    },
  );

  it.skipIf(!hasScript)("moves no cursor with TERM=dumb (needs `script`)", async () => {
    const world = await openWorld();
    world.putMany(3);
    const shown = (await world.run([], { wrap, env: { TERM: "dumb" } })).stdout;
    expect(shown).not.toContain(ESCAPE);
    expect(shown).toMatch(/3 items in/);
  });
});

describe("--json", () => {
  it("has the fields of an item, whatever becomes of it", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    world.put("big.zip", { bytes: 60_000_000 });
    const ended = await world.run(["--json"]);
    expect(ended.code).toBe(3);
    const [ready, failed] = itemsOf(ended).sort((a, b) => ((a.key ?? "") < (b.key ?? "") ? -1 : 1));
    const latency_ms = {
      total: expect.any(Number),
      queue: expect.any(Number),
      lane: expect.any(Number),
      download: expect.any(Number),
      send: expect.any(Number),
    };
    expect(ready).toEqual({
      ...{ type: "item", key: "a.txt", bot: "default", kind: "document", status: "ready" },
      ...{ file_id: expect.stringMatching(/^\S{20,}$/), file_unique_id: expect.stringMatching(/^\S{11,}$/) },
      ...{
        chat_id: "-1001",
        message_id: world.posts()[0]?.message_id,
        transfer: "upload",
        bytes: 1,
        attempts: 1,
      },
      ...{ latency_ms, error: null, reason: null },
    });
    const error = {
      class: "media",
      reason: "file_too_big",
      code: null,
      message: expect.stringContaining("big.zip"),
    };
    expect(failed).toMatchObject({
      status: "failed",
      file_id: null,
      attempts: 0,
      transfer: null,
      reason: "file_too_big",
      error,
    });
  });
});
