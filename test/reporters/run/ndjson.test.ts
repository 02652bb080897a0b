import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import { emptySummary, ndjsonReporter } from "../../../src/reporters/run/ndjson.ts";
import { failedItem, flood, item, scene, tooBig } from "../sample-events.ts";

/** What was written for some events, a line each. */
async function written(
  act: (stage: ReturnType<typeof scene>, json: ReturnType<typeof ndjsonReporter>) => void,
) {
  const stage = scene();
  const out = new PassThrough();
  const json = ndjsonReporter(stage.events, out);
  act(stage, json);
  await json.stop();
  out.end();
  return (await text(out)).trimEnd().split("\n");
}

describe("ndjsonReporter", () => {
  it("writes an item with the published fields in their order", async () => {
    const latency = { total: 1500.4, queue: 600.6, lane: 400, download: 99.5, send: 400 };
    const [line] = await written(({ events }) => events.emit("item", item({ latency })));
    expect(line).toBe(
      '{"type":"item","key":"a.jpg","bot":"default","kind":"photo","status":"ready","file_id":"AgAC",' +
        '"file_unique_id":"AQAD-unique-id","chat_id":"-1001","message_id":7,"transfer":"url","bytes":1000,"attempts":1,' +
        '"latency_ms":{"total":1500,"queue":601,"lane":400,"download":100,"send":400},"error":null,"reason":null}',
    );
  });

  it("adds what was asked, what was left and where it stands only where they are set", async () => {
    const [weak, left, bad] = await written(({ events }) => {
      events.emit(
        "item",
        item({ kind: "document", askedKind: "photo", status: "weak", reason: "came_back_as_document" }),
      );
      events.emit("item", failedItem({ ...tooBig, code: 413 }, { left: true }));
      const line = failure("manifest_line", "list.csv:3: key is missing");
      events.emit("item", failedItem(line, { key: null, bot: null, kind: null, where: "list.csv:3" }));
    });
    expect(JSON.parse(weak ?? "")).toMatchObject({
      asked_kind: "photo",
      reason: "came_back_as_document",
      error: null,
    });
    expect(JSON.parse(weak ?? "")).not.toHaveProperty("left");
    expect(JSON.parse(left ?? "")).toMatchObject({
      status: "failed",
      left: true,
      error: { class: "media", reason: "file_too_big", code: 413, message: tooBig.message },
      reason: "file_too_big",
    });
    expect(JSON.parse(bad ?? "")).toMatchObject({ key: null, where: "list.csv:3", reason: "manifest_line" });
  });

  it("ends with a summary of the run", async () => {
    const lines = await written(({ events, tally, pass }, json) => {
      events.emit("started", { command: "run", lanes: 1, concurrency: 5, ledger: "sqlite:x.db" });
      for (let at = 0; at < 3; at++) events.emit("item", item());
      events.emit("item", item({ status: "skipped", reason: "already_ready", attempts: 0 }));
      events.emit("item", failedItem(tooBig, { attempts: 0 }));
      events.emit("item", failedItem(tooBig, { attempts: 0, left: true }));
      events.emit("call", { bot: "default", chat: "-1001", ms: 5, failure: flood });
      pass(90_000);
      json.summary(tally.snapshot(), 3);
    });
    expect(lines.at(-1)).toBe(
      '{"type":"summary","total":6,"ready":3,"skipped":1,"weak":0,"failed":2,"unknown":0,"success_rate":0.75,' +
        '"throughput_per_min":2,"bytes":3000,"duration_ms":90000,"latency_ms":{"p50":500,"p95":500,"p99":500},' +
        '"flood_waits":1,"exit_code":3,"queue_ms":{"p50":600,"p95":600,"p99":600},' +
        '"lane_ms":{"p50":400,"p95":400,"p99":400},"left_unknown":0,"left_failed":1,"retries":0,"resolved":{"found":0,"sent":0,"unchecked":0},"bots_out":[],"lanes_out":[],"filtered":0,"bottleneck":"none"}',
    );
  });

  it("has the same fields in the summary of a run that never began", async () => {
    const out = new PassThrough();
    emptySummary(out, 2);
    out.end();
    const empty = JSON.parse(await text(out));
    const [line] = await written(({ tally }, json) => json.summary(tally.snapshot(), 2));
    expect(empty).toEqual(JSON.parse(line ?? ""));
  });

  it("falls silent when the reader has gone away, and the run goes on", async () => {
    const head = spawn("head", ["-n", "1"], { stdio: ["pipe", "pipe", "ignore"] });
    const { events } = scene();
    const json = ndjsonReporter(events, head.stdin);
    events.emit("item", item({ key: "first" }));
    const seen = text(head.stdout);
    await once(head, "exit");
    for (let at = 0; at < 5; at++) {
      events.emit("item", item({ key: "x".repeat(100_000) }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await json.stop();
    expect(JSON.parse(await seen)).toMatchObject({ key: "first" });
  });
});
