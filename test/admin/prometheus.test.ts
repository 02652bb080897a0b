import { describe, expect, it } from "vitest";
import { prometheusMetrics } from "../../src/admin/prometheus/prometheus.ts";
import { failure } from "../../src/domain/failure.ts";
import { has, run } from "../helpers/program.ts";
import { failedItem, flood, item, lane, tooBig } from "../reporters/sample-events.ts";
import { AUTHORIZED, serve, worker } from "./worker.ts";

function scene(bots = ["default"]) {
  const parts = worker();
  const metrics = prometheusMetrics({ ...parts, version: "1.2.3", bots });
  /** The value of a series as it stands in the text; undefined where there is none. */
  const value = async (series: string): Promise<number | undefined> => {
    const line = (await metrics.text()).split("\n").find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };
  const series = async () =>
    (await metrics.text()).split("\n").filter((line) => line.startsWith("prewarm_")).length;
  return { ...parts, metrics, value, series };
}

/** A worker that has seen everything once. */
function lively() {
  const parts = scene();
  const { events, view, clock } = parts;
  events.emit("started", { command: "worker", lanes: 1, concurrency: 5, ledger: "x" });
  events.emit("queued", { bytes: 1, depth: 4 });
  events.emit("active", { count: 2 });
  events.emit("item", item());
  events.emit("item", failedItem(tooBig));
  events.emit("call", { bot: "default", chat: "-1001", ms: 400, failure: flood });
  events.emit("call", { bot: "default", chat: "-1001", ms: 400, failure: null });
  events.emit("retry", { bot: "default", key: "a", kind: "photo", chat: null, failure: flood, notBefore: 0 });
  events.emit("lane", lane({ frozenUntil: clock.now() + 30_000, perMinute: 42 }));
  events.emit("pass", { source: "bucket", ended: false, read: 0, queued: 0, ms: 0, failure: null });
  events.emit("pass", { source: "bucket", ended: true, read: 900, queued: 12, ms: 2_500, failure: null });
  view.troubles = [{ part: "r2", failure: failure("r2_unavailable", "R2 answers 503"), since: 1 }];
  view.cache = { hits: 3, misses: 9, bytes: 4096 };
  return parts;
}

describe("what Prometheus reads", () => {
  it("counts items, calls, waits, retries and bytes", async () => {
    const { value } = lively();
    expect(await value('prewarm_items_total{bot="default",kind="photo",status="ready"}')).toBe(1);
    expect(await value('prewarm_items_total{bot="default",kind="photo",status="failed"}')).toBe(1);
    expect(await value('prewarm_items_total{bot="default",kind="voice",status="failed"}')).toBe(0);
    expect(await value('prewarm_calls_total{bot="default",chat="-1001",result="flood"}')).toBe(1);
    expect(await value('prewarm_calls_total{bot="default",chat="-1001",result="ok"}')).toBe(1);
    expect(await value('prewarm_flood_waits_total{bot="default"}')).toBe(1);
    expect(await value('prewarm_retries_total{bot="default",class="flood"}')).toBe(1);
    expect(await value('prewarm_warmed_bytes_total{bot="default"}')).toBe(1000);
  });

  it("counts how lost answers were resolved, from 0 on", async () => {
    const { value, events } = lively();
    const series = ["found", "sent", "unchecked"].map(
      (resolved) => `prewarm_lost_calls_total{bot="default",resolved="${resolved}"}`,
    );
    const shown = () => Promise.all(series.map(value));
    expect(await shown()).toEqual([0, 0, 0]);
    events.emit("item", item({ resolved: "found", attempts: 0 }));
    events.emit("item", item({ resolved: "found", attempts: 0 }));
    events.emit("item", item({ resolved: "unchecked" }));
    expect(await shown()).toEqual([2, 0, 1]);
  });

  it("counts items whose attempt was no longer this worker's, and no other that is unknown", async () => {
    const { value, events } = lively();
    const lost = 'prewarm_leases_lost_total{bot="default"}';
    expect(await value(lost)).toBe(0);
    events.emit("item", item({ status: "unknown", reason: "process_died" }));
    events.emit("item", item({ status: "unknown", reason: "answer_lost" }));
    expect(await value(lost)).toBe(1);
  });

  it("measures the phases of the items that were tried, in seconds", async () => {
    const { value, events } = lively();
    events.emit("item", item({ status: "skipped", attempts: 0 }));
    expect(await value('prewarm_item_duration_seconds_count{phase="send"}')).toBe(2);
    expect(await value('prewarm_item_duration_seconds_sum{phase="queue"}')).toBeCloseTo(1.2);
    expect(await value('prewarm_item_duration_seconds_bucket{le="0.5",phase="lane"}')).toBe(2);
  });

  it("shows queue, places, lanes, cache and parts as they are now", async () => {
    const { value, view, pass } = lively();
    const shown = async () => ({
      depth: await value("prewarm_queue_depth"),
      capacity: await value("prewarm_queue_capacity"),
      active: await value("prewarm_active_transfers"),
      frozen: await value('prewarm_lane_frozen_seconds{bot="default",chat="-1001"}'),
      pace: await value('prewarm_lane_pace_per_minute{bot="default",chat="-1001"}'),
      r2: await value('prewarm_up{part="r2"}'),
      telegram: await value('prewarm_up{part="telegram"}'),
      bot: await value('prewarm_up{part="bot:default"}'),
      hits: await value("prewarm_cache_hits_total"),
      misses: await value("prewarm_cache_misses_total"),
      claiming: await value("prewarm_claiming"),
    });
    const first = {
      depth: 4,
      capacity: 500,
      active: 2,
      frozen: 30,
      pace: 42,
      r2: 0,
      telegram: 1,
      bot: 1,
      hits: 3,
      misses: 9,
      claiming: 1,
    };
    expect(await shown()).toEqual(first);
    pass(20_000);
    view.troubles = [];
    view.running = false;
    view.cache = { hits: 5, misses: 9, bytes: 0 };
    expect(await shown()).toEqual({ ...first, frozen: 10, r2: 1, claiming: 0, hits: 5 });
  });

  it("dates the last whole pass and counts those that broke off", async () => {
    const { value, events, clock, pass } = lively();
    const then = clock.wall() / 1000;
    pass(60_000);
    const broken = failure("r2_unavailable", "R2 answers 503");
    events.emit("pass", { source: "bucket", ended: true, read: 3, queued: 0, ms: 100, failure: broken });
    expect(await value('prewarm_last_pass_timestamp_seconds{source="bucket"}')).toBeCloseTo(then);
    expect(await value('prewarm_pass_failures_total{source="bucket"}')).toBe(1);
    expect(await value('prewarm_pass_entries{source="bucket"}')).toBe(900);
    expect(await value('prewarm_pass_queued_total{source="bucket"}')).toBe(12);
    expect(await value('prewarm_pass_duration_seconds_count{source="bucket"}')).toBe(2);
  });

  it("leaves out old failures that were only found so, and dates the last item that was tried", async () => {
    const { value, events, clock, pass } = scene();
    const start = clock.wall() / 1000;
    pass(5_000);
    events.emit("item", failedItem(tooBig, { left: true, attempts: 0 }));
    events.emit("item", item({ status: "skipped", attempts: 0 }));
    expect(await value('prewarm_items_total{bot="default",kind="photo",status="failed"}')).toBe(0);
    expect(await value("prewarm_last_item_timestamp_seconds")).toBeCloseTo(start);
    events.emit("item", item());
    expect(await value("prewarm_last_item_timestamp_seconds")).toBeCloseTo(start + 5);
  });
});

describe("labels", () => {
  it("do not grow with the number of objects, nor with the bots that a manifest makes up", async () => {
    const { events, series } = lively();
    events.emit("item", item({ bot: "made-up" }));
    events.emit("item", item({ bot: null, kind: null }));
    const before = await series();
    for (let index = 0; index < 1_000; index++) {
      events.emit("attempt", { key: `${index}`, bot: "default", kind: "photo", chat: "-1001", bytes: 1 });
      events.emit("item", item({ key: `${index}.jpg`, fileId: `id${index}` }));
      events.emit("item", item({ key: `${index}.jpg`, bot: `made-up-${index}` }));
      events.emit(
        "item",
        failedItem(tooBig, {
          key: `b${index}.jpg`,
          kind: null,
          bot: null,
          where: `m.csv:${index}`,
          status: "ready",
        }),
      );
    }
    expect(await series()).toBe(before);
  });

  it("escape what would break the text", async () => {
    const { metrics, events } = scene(['a"b\\c\nd']);
    events.emit("item", item({ bot: 'a"b\\c\nd' }));
    expect(await metrics.text()).toContain('bot="a\\"b\\\\c\\nd",kind="photo",status="ready"} 1');
  });
});

describe("the text", () => {
  it("has a HELP and a TYPE before each family, and only lines that Prometheus reads", async () => {
    const text = await lively().metrics.text();
    const known = new Set<string>();
    for (const line of text.split("\n").filter((each) => each !== "")) {
      const about = /^# (HELP|TYPE) (\S+) ./.exec(line);
      if (about) known.add(`${about[1]} ${about[2]}`);
      else {
        expect(line).toMatch(/^[a-z_0-9]+(\{([a-z]+="[^"]*",?)+\})? (-?[\d.e+-]+|NaN|\+Inf)$/);
        const name = (/^[a-z_0-9]+/.exec(line)?.[0] ?? "").replace(/_(bucket|sum|count)$/, "");
        expect([known.has(`HELP ${name}`), known.has(`TYPE ${name}`)]).toEqual([true, true]);
      }
    }
  });

  const promtool = has("promtool");
  it.skipIf(!promtool)(
    "passes promtool check metrics (skipped where promtool is not installed)",
    async () => {
      const parts = lively();
      const server = await serve(parts, { metrics: parts.metrics });
      const answer = await fetch(`${server.url}/metrics`, { headers: AUTHORIZED });
      const input = await answer.text();
      await server.close();
      expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
      expect(run("promtool", ["check", "metrics"], { input })).toEqual({ status: 0, said: "" });
    },
  );
});
