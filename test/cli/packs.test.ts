import { describe, expect, it } from "vitest";
import type { RichOptions } from "../../src/sandbox/bot-api/rich-options.ts";
import { png } from "../sandbox/bot-api/bot-api-server.ts";
import {
  calls,
  keyOf,
  openPackWorld,
  proofs,
  prove,
  runPacks,
  servedAlone,
  sizes,
  wrongIds,
} from "./packs-world.ts";

describe("prewarm run --pack N", () => {
  it("tries the id of a canary, then posts several media in one message, each with its own id", async () => {
    const world = await openPackWorld(60);
    const { code, items } = await runPacks(world, "--pack", "20");
    expect(code).toBe(0);
    expect(items.map(({ status }) => status)).toEqual(Array(60).fill("ready"));
    expect(wrongIds(world)).toEqual([]);
    expect(proofs(world)).toEqual(["ids:photo ordinary"]);
    expect(sizes(items)).toContain(10);
    const [one] = items.filter(({ pack }) => pack?.size === 10);
    const mates = items.filter(({ pack }) => pack?.id === one?.pack?.id);
    expect(mates.map(({ pack }) => pack?.index ?? -1).sort((a, b) => a - b)).toEqual([...mates.keys()]);
    expect(new Set(mates.map(({ message_id }) => message_id)).size).toBe(1);
    expect(calls(world, "deleteMessage")).toHaveLength(1);
  });

  it("deletes the message of a canary again where nobody knows whether it was", async () => {
    const world = await openPackWorld(20);
    const fault = { type: "status", status: 502, posted: false };
    const match = { method: "deleteMessage", nth: 1 };
    world.botApi.control({ faults: [{ server: "bot-api", match, fault }] });
    const { code } = await runPacks(world, "--pack", "20");
    expect([code, calls(world, "deleteMessage").length]).toEqual([0, 2]);
    const canaries = world.posts().filter(({ transfer }) => transfer === "file_id");
    expect(canaries.map(({ deleted }) => deleted)).toEqual([true]);
  });

  it.each<[string, Partial<RichOptions>, string[]]>([
    ["the server has no such message", { supported: false }, ["packs unsupported"]],
    ["ids serve no other method", { ids: "rich_only" }, ["ids:photo rich_only"]],
  ])("goes on singly where %s", async (_, rich, proved) => {
    const world = await openPackWorld(40, rich);
    const { code, items } = await runPacks(world, "--pack", "20");
    expect([code, proofs(world), sizes(items)]).toEqual([0, proved, [1]]);
    expect(items.map(({ status }) => status)).toEqual(Array(40).fill("ready"));
    expect(wrongIds(world)).toEqual([]);
  });

  it.each([true, false])(
    "posts every good medium once where some are refused; answers name them: %s",
    async (names_bad) => {
      const world = await openPackWorld(80, { names_bad });
      const bad = [20, 41, 42, 70];
      for (const nth of bad) world.put(keyOf(nth), png(9_900 + nth, 30 + nth), "image/png");
      const { items } = await runPacks(world, "--pack", "20", "--as", "photo");
      const others = items.filter(({ status }) => status !== "ready");
      expect(others.map(({ key }) => key).sort()).toEqual(bad.map(keyOf));
      expect(new Set(others.map(({ reason }) => reason))).toEqual(new Set(["came_back_as_document"]));
      const posted = world.postedKeys().filter((key) => key !== undefined);
      // The canary went a second time, by its id.
      expect(posted.length).toBe(new Set(posted).size + 1);
      expect(calls(world, "sendRichMessage").length).toBeLessThan(names_bad ? 16 : 40);
    },
  );

  it("uploads as it goes by URL, in one form", async () => {
    const world = await openPackWorld(0);
    world.putMany(30);
    const { code, items } = await runPacks(world, "--pack", "20");
    expect([code, items.length, proofs(world)]).toEqual([0, 30, ["ids:document ordinary"]]);
    expect(Math.max(...sizes(items))).toBeGreaterThan(1);
    expect(wrongIds(world)).toEqual([]);
  });
});

describe("prewarm run --pack auto", () => {
  it("posts all singly where nothing is proved", async () => {
    const world = await openPackWorld(5);
    const { code, items } = await runPacks(world);
    expect([code, sizes(items), proofs(world), calls(world, "sendRichMessage").length]).toEqual([
      0,
      [1],
      [],
      0,
    ]);
  });

  it("uses what is proved, as far as it is", async () => {
    const world = await openPackWorld(1);
    await runPacks(world);
    prove(world, "quota", "messages");
    prove(world, "ids:photo", "ordinary");
    for (let i = 1; i < 41; i++) world.put(keyOf(i), png(40 + i, 30), "image/png");
    world.putMany(3);
    const { code, items } = await runPacks(world);
    const warmed = items.filter(({ status }) => status === "ready");
    expect([code, warmed.length]).toEqual([0, 43]);
    expect(sizes(warmed.filter(({ key }) => key.endsWith(".png")))).toContain(20);
    expect(sizes(warmed.filter(({ key }) => key.endsWith(".bin")))).toEqual([1]);
    expect(wrongIds(world)).toEqual([]);
  });

  it("brings many times as many media a call as single sends once all is proved, with ids that serve alone", async () => {
    const world = await openPackWorld(1);
    await runPacks(world);
    for (const [what, result] of [
      ["quota", "messages"],
      ["ids:photo", "ordinary"],
      ["keeps", "50"],
    ] as const)
      prove(world, what, result);
    for (let i = 1; i < 251; i++) world.put(keyOf(i), png(40 + i, 30), "image/png");
    const before = world.botApi.calls().length;
    const documented = { PREWARM_PACE: "documented", PREWARM_TIME_SCALE: "20" };
    const { code, items } = await runPacks(world, { env: documented });
    const warmed = items.filter(({ status }) => status === "ready");
    const made = world.botApi
      .calls()
      .slice(before)
      .filter(({ method }) => /^(send|delete)/.test(method));
    expect([code, warmed.length, wrongIds(world)]).toEqual([0, 250, []]);
    expect(warmed.length / made.length).toBeGreaterThanOrEqual(25);
    const rows = world.rows("select tg_file_id as id from media_cache where status = 'ready'");
    expect(
      await servedAlone(
        world,
        rows.map(({ id }) => String(id)),
      ),
    ).toBe(251);
  });

  it("says in a dry run what packs would bring, and what they bring once that is proved", async () => {
    const world = await openPackWorld(1);
    const packsOf = async (...args: string[]) => {
      const { stdout } = await world.run(["--dry-run", "--json", ...args], {
        env: { PREWARM_PACE: "20/min" },
      });
      return JSON.parse(stdout.trim().split("\n").at(-1) ?? "").packs;
    };
    expect(await packsOf()).toEqual({ per_min: 400, state: "not_proved" });
    const tried = { per_min: 400, state: "not_proved", on_the_way: true, canaries: 1, canary_calls: 2 };
    expect(await packsOf("--pack", "20")).toEqual(tried);
    const text = await world.run(["--dry-run", "--pack", "20"]);
    expect(text.stdout).toContain(
      "packs     1 id of a pack is tried on the way: 2 calls, deletions included",
    );
    await runPacks(world);
    prove(world, "quota", "messages");
    prove(world, "ids:photo", "ordinary");
    prove(world, "keeps", "50");
    expect(await packsOf()).toEqual({ per_min: 1_000, state: "proved" });
  });
});
