import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { presignDerivingAnew } from "../../src/bench/contenders/derive-anew.ts";
import { fillLedger, objectOf } from "../../src/bench/harness/fill-ledger.ts";
import { type Experiment, lastResult, type Round } from "../../src/bench/harness/rounds.ts";
import { channelExperiment } from "../../src/bench/scenarios/channel.ts";
import { dayExperiment, lanesExperiment } from "../../src/bench/scenarios/growth.ts";
import { loadScenario, secondsOf } from "../../src/bench/scenarios/index.ts";
import { lookupExperiment } from "../../src/bench/scenarios/lookup.ts";
import { paceExperiment } from "../../src/bench/scenarios/pace.ts";
import { pacePlots } from "../../src/bench/scenarios/pace-plots.ts";
import { queueExperiment } from "../../src/bench/scenarios/queue.ts";
import { millionExperiment, scaleExperiment } from "../../src/bench/scenarios/scale.ts";
import { signerExperiment } from "../../src/bench/scenarios/signer.ts";
import { SCENARIOS } from "../../src/bench/schema.ts";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { createSigner } from "../../src/storage/signer.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "prewarm-bench-test-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function roundsOf(experiment: Experiment, count = 2): Promise<Round[]> {
  const open = await experiment.open(folder(), undefined);
  const rounds: Round[] = [];
  for (let index = -1; index < count - 1; index++) rounds.push(await open.round(index));
  await open.close?.();
  return rounds;
}

/** The variants are these, and no figure is nonsense. */
function expectFigures(rounds: readonly Round[], variants: readonly string[]): void {
  for (const figures of rounds.flatMap((round) => Object.values(round)))
    for (const value of Object.values(figures)) expect(value).toBeGreaterThanOrEqual(0);
  expect([...new Set(rounds.flatMap((round) => Object.keys(round)))].sort()).toEqual([...variants].sort());
}

describe("the queue's rounds", () => {
  it("measure every variant, each of which sees every item", async () => {
    const rounds = await roundsOf(queueExperiment({ drained: 1_024, small: 256, large: 1_024 }));
    expectFigures(rounds, ["array_shift", "calibration", "deque", "deque_large", "deque_small"]);
    expect(Object.keys(rounds[0]?.deque ?? {})).toEqual(["allocated_bytes_per_item"]);
    expect(Object.keys(rounds[1]?.deque ?? {})).toEqual(["cpu_ns_per_item", "wall_ns_per_item"]);
    // The large deque came last in every turn: 0 + 1 + ... + 1023.
    expect(lastResult()).toBe(523_776);
  });
});

describe("the signer's rounds", () => {
  it("measure three ways that give the same signature", async () => {
    const rounds = await roundsOf(signerExperiment({ memoized: 20, derivedAnew: 20, sdk: 3, sdkWarmUp: 1 }));
    expectFigures(rounds, ["derived_anew", "memoized", "sdk_presigner"]);
  });

  it("have a reference that gives the very URL of ours", () => {
    const account = { accessKeyId: "id", secretAccessKey: "secret", region: "auto" };
    const request = { expiresSeconds: 60, at: 1_767_225_600_000 };
    for (const path of ["/media/a.jpg", "/media/a b+c/(ä)'*!.jpg"])
      expect(presignDerivingAnew({ ...account, ...request, host: "r2.test", path })).toBe(
        createSigner(account).presign({ ...request, method: "GET", origin: "https://r2.test", path }),
      );
  });
});

describe("the channel's rounds", () => {
  it("bring many times the media of single sends where messages count, and as many where nothing can be won", async () => {
    const [round] = await roundsOf(channelExperiment(), 1);
    const worlds = ["proved", "messages_ordinary", "messages_rich_only", "media_ordinary", "media_rich_only"];
    expectFigures([round ?? {}], ["simulation", "singles", ...worlds]);
    const rate = (world: string) => round?.[world]?.media_per_min ?? Number.NaN;
    expect(rate("singles")).toBeGreaterThan(19);
    expect(rate("proved") / rate("singles")).toBeGreaterThanOrEqual(25);
    expect(rate("messages_ordinary") / rate("singles")).toBeGreaterThanOrEqual(15);
    for (const world of worlds.slice(2)) expect(rate(world) / rate("singles")).toBeGreaterThanOrEqual(0.97);
    for (const world of worlds) {
      expect(round?.[world]?.success_rate).toBe(100);
      expect(round?.[world]?.refused_pct).toBeLessThanOrEqual(1);
    }
  });
});

describe("the rounds of growth", () => {
  it("measure many lanes, and hours of one", async () => {
    const lanes = await roundsOf(lanesExperiment([{ variant: "lanes_1e2", side: 4 }], 40));
    expectFigures(lanes, ["lanes_1e2"]);
    const [day] = await roundsOf(dayExperiment(1.2), 1);
    expect(day?.day?.of_limit_pct).toBeGreaterThanOrEqual(97);
    expect(day?.day?.cpu_us_per_item).toBeGreaterThan(0);
  });
});

describe("the pace's rounds", () => {
  const lane = { model: "sliding_minute", absorbMs: 0, from: 20, to: 60 } as const;

  it("are the same for the same seed, and other ones for another", async () => {
    const run = () => roundsOf(paceExperiment([lane], [{ ...lane, to: 20 }]), 3);
    const [first, second] = [await run(), await run()];
    expectFigures(first, [
      "adaptive",
      "adaptive_known",
      "adaptive_slow",
      "allowed",
      "documented",
      "simulation",
    ]);
    expect(first.map(({ adaptive }) => adaptive)).toEqual(second.map(({ adaptive }) => adaptive));
    expect(first[1]?.adaptive).not.toEqual(first[2]?.adaptive);
  });

  it("are plotted against the limit, one plot a model", () => {
    const plots = pacePlots();
    expect(plots.map(({ series }) => series.filter(({ limit }) => limit).length)).toEqual([1, 1, 1]);
    for (const { series } of plots) for (const { points } of series) expect(points.length).toBeGreaterThan(1);
  });
});

describe("the rounds of scale", () => {
  const sizes = {
    queues: { n1e3: 100, n1e4: 500 },
    mostRows: 200,
    slice: 150,
    listed: 1_200,
    calibrations: 1,
  };

  it("measure plan, ledger, queue and listing", async () => {
    const rounds = await roundsOf(scaleExperiment(sizes));
    expectFigures(rounds, ["bare", "calibration", "listing", "n1e3", "n1e4", "ready"]);
    expect(rounds[1]?.ready?.objects_per_s).toBeGreaterThan(0);
  });

  it("take as many objects as are asked for through an empty ledger", async () => {
    const rounds = await roundsOf(millionExperiment(2_500));
    expect(Object.keys(rounds[0]?.million ?? {})).toEqual(["cpu_us_per_item", "objects_per_s"]);
  });
});

describe("a ledger filled by SQL", () => {
  it("is what lookups find ready under its own key", async () => {
    const path = join(folder(), "filled.db");
    await fillLedger(path, 300);
    const ledger = await openSqliteLedger({ path, command: "test" });
    onTestFinished(() => ledger.close());
    const query = (number: number) => ({ bot: "default", kind: "photo" as const, entry: objectOf(number) });
    const found = await ledger.lookup([query(0), query(299), query(300)]);
    expect(found.map(({ state, keyKnown }) => [state, keyKnown])).toEqual([
      ["ready", true],
      ["ready", true],
      ["none", false],
    ]);
    expect(found[1]?.stored?.weak).toBe(false);
  });
});

describe("the rounds of lookups", () => {
  it("measure them from the file and from a worker, at rest and while it warms", async () => {
    const rounds = await roundsOf(lookupExperiment({ rows: 300, count: 40, warmed: 5 }));
    expectFigures(rounds, ["file", "file_written", "http", "http_many", "http_warming"]);
  });
});

describe("the list of scenarios", () => {
  const total = (names: Parameters<typeof secondsOf>[0]) =>
    secondsOf(names).reduce((sum, { seconds }) => sum + seconds, 0);

  it("takes 55 seconds at most, however many are chosen", () => {
    expect(total([])).toBeLessThanOrEqual(55);
    for (const { name } of secondsOf([])) expect(total([name])).toBeLessThanOrEqual(55);
  });

  it("leaves out what takes minutes, unless it is named or all is asked for", () => {
    const names = (...asked: Parameters<typeof secondsOf>) => secondsOf(...asked).map(({ name }) => name);
    expect(names([])).not.toContain("process");
    expect(names(["memory"])).toEqual(["memory"]);
    expect(names([], true)).toEqual(SCENARIOS);
    expect(names(["queue"], true)).toEqual(["queue", "process", "memory", "lookup", "start", "growth"]);
  });

  it("gives few scenarios more time", () => {
    expect(total(["queue"])).toBeGreaterThan(secondsOf([])[0]?.seconds ?? Number.POSITIVE_INFINITY);
  });

  it("gives the others more time beside those that take minutes", () => {
    const seconds = (long: boolean) => secondsOf([], long).find(({ name }) => name === "transfer")?.seconds;
    expect(seconds(true)).toBe(6 * (seconds(false) ?? Number.NaN));
  });

  it.each(SCENARIOS)("holds %s in its place, by that name", async (name) => {
    expect(secondsOf([], true)[SCENARIOS.indexOf(name)]?.name).toBe(name);
    expect((await loadScenario(name)).name).toBe(name);
  });
});
