import { expect, it } from "vitest";
import { CHAT_ID, messages, probeScene } from "./probe-scene.ts";

/** `prewarm probe --yes --conform --json <args>`: its facts by status, and the last line. */
async function conform(scene: Awaited<ReturnType<typeof probeScene>>, ...args: string[]) {
  const ended = await scene.start(["probe", "--yes", "--conform", "--json", ...args]).ended;
  const lines = ended.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const facts: { id: string; status: string }[] = lines.filter(({ type }) => type === "fact");
  const of = (status: string) => facts.filter((fact) => fact.status === status).map(({ id }) => id);
  return { ...ended, of, summary: lines.at(-1) };
}

it("prewarm probe --conform plays the harmless facts, leaves nothing, and captures answers without names", async () => {
  const scene = await probeScene(100, "--bots", "2");
  const ended = await conform(scene, "--report", "facts.json");
  expect([ended.code, ended.of("differs"), ended.of("open")], ended.stderr).toEqual([0, [], []]);
  expect(ended.of("not_played")).toEqual(["r2-listing", "r2-response-overrides-ignored"]);
  expect(ended.of("same").length).toBeGreaterThan(80);
  const { posted, standing } = await messages(scene);
  expect([standing, posted]).toEqual([[], ended.summary.messages_posted]);
  const capture = JSON.parse(scene.file("facts.json"));
  const photo = capture.facts.find(({ id }: { id: string }) => id === "photo-by-upload");
  expect(photo.answers[0]).toMatchObject({ asked: "sendPhoto", status: 200, body: { ok: true } });
  const { R2_BUCKET: _, PREWARM_TIME_SCALE: __, ...secret } = scene.env;
  const hidden = [...Object.values(secret), String(CHAT_ID), "AgAC", "sandbox_bot", "warmup 1"];
  expect(hidden.filter((text) => JSON.stringify(capture).includes(text))).toEqual([]);
});

it("prewarm probe --conform says what is not as a fact says, and what a single bot cannot play", async () => {
  const scene = await probeScene(100);
  await scene.control({ rich: { supported: false } });
  const ended = await conform(scene, "--only", "rich-answer,edit-of-nothing,id-belongs-to-one-bot");
  expect([ended.code, ended.of("differs"), ended.of("same"), ended.of("not_played")]).toEqual([
    0,
    ["rich-answer"],
    ["edit-of-nothing"],
    ["id-belongs-to-one-bot"],
  ]);
  const none = await scene.start(["probe", "--conform", "--only", "edit-of-nothing"]).ended;
  expect([none.code, none.stdout]).toEqual([2, expect.stringContaining("says only that")]);
});
