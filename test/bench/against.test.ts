import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type AgainstContext, against } from "../../src/bench/against.ts";
import { ConfigError } from "../../src/config/error.ts";
import { openWorld, TOKEN } from "../helpers/world.ts";

function context(said: string[] = []): AgainstContext {
  const { signal } = new AbortController();
  return { signal, seconds: 14, progress: () => {}, say: (text) => void said.push(text) };
}

async function refusal(work: Promise<unknown>): Promise<ConfigError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error(`not refused: ${error}`);
  return error;
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-against-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("bench --against real", () => {
  it("names everything that is not configured, and sends nothing", async () => {
    const { problems, exitCode } = await refusal(against({ yes: true }, {}, emptyFolder(), context()));
    expect(exitCode).toBe(2);
    expect(problems.join("\n")).toMatch(/R2_BUCKET[\s\S]*R2_ACCESS_KEY_ID[\s\S]*TELEGRAM_BOT_TOKEN/);
  });

  it("without --yes says what it would send, sends nothing, and ends 2", async () => {
    const world = await openWorld();
    world.putMany(30);
    const error = await refusal(against({}, world.env(), world.dir, context()));
    expect(error.exitCode).toBe(2);
    expect(error.hint).toMatch(/first 20 of bucket media .*doc\/0000\.bin \.\.\. doc\/0019\.bin/);
    for (const part of [
      /bytes {4}990 B|bytes {4}\d/,
      /chats .*-1001/,
      /pace {5}60000\/min a chat/,
      /removes {2}nothing/,
    ])
      expect(error.hint).toMatch(part);
    expect(error.hint).not.toContain(TOKEN);
    expect(world.posts()).toEqual([]);
  });

  it("with --yes warms the objects it named, by a ledger that nobody finds afterwards", async () => {
    const world = await openWorld();
    const keys = world.putMany(9);
    const said: string[] = [];
    const result = await against({ yes: true, objects: "7" }, world.env(), world.dir, context(said));
    expect(said.join()).toContain("the first 7 of bucket media");
    expect(world.postedKeys().sort()).toEqual(keys.slice(0, 7));
    expect(existsSync(join(world.dir, "prewarm.db"))).toBe(false);
    const [prewarm] = result.variants;
    const figure = (name: string) => prewarm?.metrics.find((metric) => metric.name === name)?.samples;
    expect({ name: prewarm?.name, rate: figure("success_rate"), doubts: result.doubts }).toEqual({
      ...{ name: "prewarm", rate: [100], doubts: [] },
    });
    expect(figure("p95_ms")?.[0]).toBeGreaterThan(0);
  });

  it("tells failures as failures", async () => {
    const world = await openWorld();
    world.putMany(3);
    world.put("doc/0001.bin", { bytes: 60_000_000 });
    const { variants, doubts } = await against({ yes: true }, world.env(), world.dir, context());
    const rate = variants[0]?.metrics.find(({ name }) => name === "success_rate")?.samples[0];
    expect(rate).toBeCloseTo(200 / 3);
    expect(doubts[0]?.text).toMatch(/1 items failed: .*60.0 MB/);
  });

  it("refuses an empty bucket and a number of objects that is none", async () => {
    const world = await openWorld();
    expect((await refusal(against({}, world.env(), world.dir, context()))).message).toContain("no object");
    const wrong = await refusal(against({ objects: "many" }, world.env(), world.dir, context()));
    expect(wrong.message).toMatch(/--objects "many": it must be a whole number/);
  });
});
