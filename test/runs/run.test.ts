import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadConfig, secretsOf } from "../../src/config/config.ts";
import { ConfigError } from "../../src/config/error.ts";
import { type RunOptionFlags, readRunOptions } from "../../src/config/run-options.ts";
import { Emitter } from "../../src/domain/events.ts";
import { redactor } from "../../src/domain/secret.ts";
import { LedgerError } from "../../src/ledgers/error.ts";
import { Stop } from "../../src/pipeline/stop.ts";
import { Run } from "../../src/runs/run.ts";
import { oddS3 } from "../helpers/odd-s3.ts";
import { openWorld, type World } from "../helpers/world.ts";

interface Given {
  readonly flags?: RunOptionFlags;
  readonly env?: Readonly<Record<string, string>>;
  readonly sandbox?: boolean;
}

/** A run in this process, closed when the test is over; what its lanes and screens would hear is kept. */
async function openRun(world: World, { flags = {}, env = {}, sandbox = false }: Given = {}) {
  const ledger = `sqlite:${join(world.dir, "prewarm.db")}`;
  const config = loadConfig({}, { ...world.env(), PREWARM_LEDGER: ledger, ...env }, null);
  const events = new Emitter((error) => {
    throw error;
  });
  const heard: string[] = [];
  for (const name of ["started", "planned", "stopping", "notice", "item", "forecast"] as const)
    events.on(name, () => heard.push(name));
  const redact = redactor(secretsOf(config));
  const options = readRunOptions(flags);
  const run = await Run.open({ config, options, redact, sandbox, command: "a test", events });
  onTestFinished(() => run.close());
  return { run, heard };
}

describe("a run", () => {
  it("warms everything and says how it ended", async () => {
    const world = await openWorld();
    world.putMany(3);
    const { run, heard } = await openRun(world);
    const { cause, exitCode, figures, plan } = await run.toEnd();
    expect({ cause, exitCode, plan }).toEqual({ cause: null, exitCode: 0, plan: null });
    expect(figures.counts).toMatchObject({ ready: 3, failed: 0 });
    expect(heard.filter((name) => name !== "forecast")).toEqual(["started", "item", "item", "item"]);
    expect(world.posts()).toHaveLength(3);
  });

  it("remembers what its lanes learned", async () => {
    const world = await openWorld();
    world.putMany(2);
    const { run } = await openRun(world, { env: { PREWARM_PACE: "adaptive" } });
    await run.toEnd();
    await run.close();
    expect(world.rows("select chat_id from prewarm_lanes")).toHaveLength(1);
  });

  it.each([true, false])(
    "ends at once when it is stopped while a page is waited for (plan: %s)",
    async (dryRun) => {
      const world = await openWorld();
      world.putMany(1);
      const bucket = await oddS3({ "a.txt": { body: "a" } });
      const { run } = await openRun(world, {
        flags: { dryRun, retries: "9" },
        env: { R2_ENDPOINT: bucket.url },
      });
      let asked = 0;
      bucket.odd = ({ url = "" }, response) => {
        if (url.includes("max-keys=1")) return false;
        asked += 1;
        // The library asks three times a try: in the second try the pauses have begun.
        if (asked > 3) run.stop.drain({ type: "signal", signal: "SIGINT" });
        response.writeHead(503).end();
        return true;
      };
      expect(await run.toEnd()).toMatchObject({ exitCode: 130, cause: { type: "signal" } });
    },
  );

  it("only plans where that is asked for: nothing is sent, and each object is emitted", async () => {
    const world = await openWorld();
    world.putMany(3);
    const { run, heard } = await openRun(world, { flags: { dryRun: true } });
    const { exitCode, plan } = await run.toEnd();
    expect(exitCode).toBe(0);
    expect(plan).toMatchObject({ toWarm: 3, skipped: 0, lanes: 1, bottleneck: "concurrency" });
    expect(heard).toEqual(["started", "planned", "planned", "planned"]);
    expect(world.posts()).toEqual([]);
  });

  it("ends before it began when nothing can be sent to, and claims nothing", async () => {
    const world = await openWorld();
    const { run, heard } = await openRun(world, { env: { TELEGRAM_BOT_TOKEN: "1:AAHnobody" } });
    expect(await run.toEnd()).toMatchObject({ exitCode: 4, cause: { type: "no_lane" }, plan: null });
    expect(heard).toEqual(["stopping"]);
    await run.close();
    expect(world.rows("select key from prewarm_identity")).toEqual([{ key: "schema_version" }]);
  });

  it("does nothing at all when it was stopped before", async () => {
    const world = await openWorld();
    world.putMany(3);
    const { run } = await openRun(world);
    run.stop.drain({ type: "duration" });
    expect(await run.toEnd()).toMatchObject({ exitCode: 5, cause: { type: "duration" } });
    expect(world.posts()).toEqual([]);
  });

  it("refuses a ledger of another world, and one that is held", async () => {
    const world = await openWorld();
    const { run } = await openRun(world);
    await run.enter();
    await expect(openRun(world)).rejects.toThrow(LedgerError);
    await expect(openRun(world)).rejects.toThrow(/held by `a test`/);
    await run.close();
    const { run: inSandbox } = await openRun(world, { sandbox: true });
    await expect(inSandbox.toEnd()).rejects.toThrow(ConfigError);
  });

  it("can make several passes, each with events and a stop of its own", async () => {
    const world = await openWorld();
    world.putMany(2, "a/");
    world.putMany(3, "b/");
    const { run, heard } = await openRun(world);
    const lanes = (await run.enter()) ?? [];
    const passes = ["a/", "b/"].map((prefix) => {
      const events = new Emitter();
      const keys: (string | null)[] = [];
      events.on("item", ({ key }) => keys.push(key));
      return { keys, options: readRunOptions({ prefix }), events, stop: new Stop(events) };
    });
    for (const pass of passes) await run.warm(lanes, pass);
    expect(passes.map(({ keys }) => keys.length)).toEqual([2, 3]);
    expect(heard).toEqual([]);
  });
});
