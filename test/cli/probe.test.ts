import { describe, expect, it } from "vitest";
import { CHAT_ID, isTidy, probeScene } from "./probe-scene.ts";

/** What experiments say of a server that is as the documentation says, and of what nobody knows in the best case. */
const AT_FIRST = [
  "packs supported",
  ...["photo", "video", "animation", "audio", "voice", "document"].map((kind) => `ids:${kind} ordinary`),
  "limit token_bucket",
  "quota messages",
  "keeps 50",
  "dropped_ids none",
  "names_bad unnamed",
  "max_body 45000000",
  "url_flood 50",
  "edit media",
  "id_outlives_message lives",
  "second_bot edit",
  "id_without_message lives",
];
describe("prewarm probe, against a sandbox that is a process of its own", () => {
  it("finds out that the quota of a chat counts media, and packs are no use there", async () => {
    const scene = await probeScene(100);
    await scene.control({ rich: { counts: "media" } });
    const ended = await scene.probe("--only", "quota,overflow");
    expect([ended.found, ended.code], ended.stderr).toEqual([
      ["packs supported", "quota media", "overflow debt"],
      0,
    ]);
    await isTidy(scene, ended);
  });

  it("finds out everything in one go, and what is known is not asked again", async () => {
    const scene = await probeScene(30, "--bots", "2");
    // A message that is paid back within a second is not missed by a machine that takes half of one for each.
    await scene.control({ chat: { id: CHAT_ID, rate: 2, burst: 1 } });
    const slow = await scene.probe("--only", "limit");
    expect([slow.found, slow.code], slow.stderr).toEqual([["limit token_bucket"], 0]);
    await scene.control({ chat: { id: CHAT_ID, rate: 20, burst: 3 } });
    const ended = await scene.probe("--report", "report.json");
    expect([ended.summary.open, ended.code], ended.stderr).toEqual([0, 0]);
    expect([...ended.found].sort()).toEqual([...AT_FIRST].sort());
    const messages_posted = slow.summary.messages_posted + ended.summary.messages_posted;
    await isTidy(scene, { ...ended, summary: { ...ended.summary, messages_posted } });
    const report = scene.file("report.json");
    const { R2_BUCKET: _, PREWARM_TIME_SCALE: __, ...secret } = scene.env;
    const hidden = [...Object.values(secret), String(CHAT_ID), "AgAC"];
    expect(hidden.filter((text) => report.includes(text))).toEqual([]);
    const again = await scene.probe();
    expect([again.code, again.summary.messages_posted]).toEqual([0, 0]);
    const looked = await scene.probe("--again", "--only", "id_without_message");
    expect([looked.found, looked.summary.messages_posted]).toEqual([["id_without_message lives"], 1]);
  });
});
