import { describe, expect, it } from "vitest";
import { isTidy, probeScene } from "./probe-scene.ts";

const RICH_ONLY = ["photo", "video", "animation", "audio", "voice", "document"].map(
  (kind) => `ids:${kind} rich_only`,
);

/** A switch of the sandbox, the experiments that are made, and what they have to say. */
const SWITCHES: [string, object, string, string[]][] = [
  ["supported false", { rich: { supported: false } }, "packs,ids,quota", ["packs unsupported"]],
  ["ids rich_only", { rich: { ids: "rich_only" } }, "ids", RICH_ONLY],
  ["names_bad true", { rich: { names_bad: true } }, "names_bad", ["names_bad named"]],
  ["max_body of 6 MB", { rich: { max_body: 6_000_000 } }, "max_body", ["max_body 5625000"]],
  ["url_flood 12", { rich: { url_flood: 12 } }, "url_flood", ["url_flood 10"]],
  ["keeps 20", { rich: { keeps: 20 } }, "keeps", ["keeps 20", "dropped_ids live"]],
  [
    "keeps 20, dropped_ids dead",
    { rich: { keeps: 20, dropped_ids: "dead" } },
    "keeps",
    ["keeps 20", "dropped_ids dead"],
  ],
];

describe("prewarm probe, against a sandbox that is a process of its own", () => {
  it.each(SWITCHES)("finds out %s", async (_, order, only, found) => {
    const scene = await probeScene(100);
    await scene.control(order);
    const ended = await scene.probe("--only", only);
    const first = found[0] === "packs unsupported" ? [] : ["packs supported"];
    expect([ended.found, ended.code], ended.stderr).toEqual([[...first, ...found], 0]);
    await isTidy(scene, ended);
  });
});
