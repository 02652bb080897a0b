import { describe, expect, it } from "vitest";
import { CHAT_ID, isTidy, probeScene } from "./probe-scene.ts";

/** What experiments say of a server that is as the documentation says, and of what nobody knows in the best case; besides the limit of a chat. */
const AT_FIRST = [
  "packs supported",
  ...["photo", "video", "animation", "audio", "voice", "document"].map((kind) => `ids:${kind} ordinary`),
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
  it("finds out everything in one go, and what is known is not asked again", async () => {
    const scene = await probeScene(30, "--bots", "2");
    // Which limit a chat has is measured in time (test/probe/limits.test.ts), and a busy machine is slow by itself.
    await scene.control({ chat: { id: CHAT_ID, unlimited: true } });
    const ended = await scene.probe("--report", "report.json");
    expect([ended.summary.open, ended.code], ended.stderr).toEqual([0, 0]);
    const [limits, others] = [true, false].map((of) =>
      ended.found.filter((it) => it.startsWith("limit ") === of),
    );
    expect(limits).toHaveLength(1);
    expect([...(others ?? [])].sort()).toEqual([...AT_FIRST].sort());
    await isTidy(scene, ended);
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
