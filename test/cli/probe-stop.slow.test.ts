import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { linesOf } from "../helpers/child.ts";
import { CHAT_ID, isTidy, messages, type ProbeScene, probeScene } from "./probe-scene.ts";

/** Waits until so many messages stand in the chat. */
async function standing(scene: ProbeScene, count: number): Promise<void> {
  while ((await messages(scene)).standing.length < count) await new Promise((done) => setTimeout(done, 5));
}

describe("prewarm probe that is stopped", () => {
  it("goes on after kill -9, and takes away what it had left", async () => {
    const scene = await probeScene(60);
    const known = await scene.probe("--only", "packs,names_bad");
    expect(known.code).toBe(0);
    const killed = scene.start(["probe", "--yes", "--only", "limit,edit"], { PREWARM_LOOK_AFTER: "0" });
    await standing(scene, 3);
    killed.signal("SIGKILL");
    await killed.ended;
    expect((await messages(scene)).standing.length).toBeGreaterThanOrEqual(3);
    // A call that died with its process may have posted: it is looked for once there is a later post.
    const next = scene.start(["probe", "--yes", "--json"], { PREWARM_LOOK_AFTER: "0" });
    const { code, stdout, stderr } = await next.ended;
    expect(code, stderr).toBe(0);
    const ends = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(ends.filter(({ status }) => status === "known").map(({ id }) => id)).toEqual([
      "packs",
      "names_bad",
    ]);
    expect((await messages(scene)).standing).toEqual([]);
  });

  it.each(["sendPhoto", "sendRichMessage"])(
    "finds and takes away a message whose answer was lost: %s",
    async (method) => {
      const scene = await probeScene(60);
      const lose = { server: "bot-api", match: { method, nth: 2 }, fault: { type: "post_then_drop" } };
      await scene.control({ faults: [lose] });
      const args = ["probe", "--yes", "--json", "--only", "ids,id_outlives_message"];
      const lost = await scene.start(args, { PREWARM_LOOK_AFTER: "0" }).ended;
      expect(linesOf(lost).at(-1), lost.stderr).toMatchObject({ type: "summary", messages_left: 0 });
      expect(scene.rows("select state from prewarm_attempts where state = 'absent'")).toHaveLength(1);
      expect((await messages(scene)).standing).toEqual([]);
    },
  );

  it("leaves to a run what it could not take away", async () => {
    const scene = await probeScene(60);
    const killed = scene.start(["probe", "--yes", "--only", "limit"]);
    await standing(scene, 3);
    killed.signal("SIGKILL");
    await killed.ended;
    // What was on its way when it was killed has no id that anybody knows: only a probe looks for that.
    const recorded = scene.rows(
      "select message_id as id from prewarm_attempts where purpose = 'canary' and state = 'ready'",
    );
    await scene.start(["run", "--json", "--limit", "1"]).ended;
    const { standing: left } = await messages(scene);
    expect(left.filter((name) => recorded.some(({ id }) => name.endsWith(` ${id}`)))).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "deletes what it posted at %s, and says how it ended",
    async (name) => {
      const scene = await probeScene(60);
      const running = scene.start(["probe", "--yes", "--json", "--only", "limit"]);
      await standing(scene, 3);
      running.signal(name);
      const ended = await running.ended;
      expect(ended.code).toBe(name === "SIGINT" ? 130 : 143);
      expect(linesOf(ended).at(-1)).toMatchObject({ type: "summary", stopped: 1, messages_left: 0 });
      expect((await messages(scene)).standing).toEqual([]);
    },
  );
});

describe("prewarm probe", () => {
  it("sends nothing without --yes, and makes no ledger", async () => {
    const scene = await probeScene(60);
    const { code, stdout, stderr } = await scene.start(["probe"]).ended;
    expect([code, (await messages(scene)).posted]).toEqual([2, 0]);
    expect(stdout).toContain("quota (at most");
    expect(stderr.replace(/\s+/g, " ")).toMatch(/Nothing was sent.*at most 1\d\d small messages/);
    expect(existsSync(join(scene.dir, "prewarm.db"))).toBe(false);
  });

  it("lists its experiments without any configuration", async () => {
    const scene = await probeScene(60);
    const { code, stdout } = await scene.start(["probe", "--list", "--json"], { R2_BUCKET: "" }).ended;
    expect([code, JSON.parse(stdout).map(({ id }: { id: string }) => id)]).toEqual([
      0,
      expect.arrayContaining(["packs", "ids", "limit", "quota", "edit", "id_without_message"]),
    ]);
    const unknown = await scene.start(["probe", "--only", "quotas"]).ended;
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("did you mean quota?")]);
  });

  it("posts no more than it may, says so, and goes on the next time", async () => {
    const scene = await probeScene(100);
    const first = await scene.probe("--max-messages", "12", "--only", "ids,edit,id_outlives_message");
    expect([first.code, first.summary.messages_posted]).toEqual([5, 4]);
    await isTidy(scene, first, 12);
    const second = await scene.probe("--max-messages", "12", "--only", "ids,edit,id_outlives_message");
    expect([second.code, second.summary.messages_posted]).toEqual([0, 12]);
  });

  it("says why it could not begin, and what to do", async () => {
    const scene = await probeScene(60);
    const wrong = { TELEGRAM_BOT_TOKEN: "1000001:a-token-that-nobody-has" };
    const { code, stderr } = await scene.start(["probe", "--yes", "-q"], wrong).ended;
    expect([code, stderr]).toEqual([
      4,
      expect.stringMatching(/401: Unauthorized\. Next: copy the token again/),
    ]);
    await scene.control({ chat: { id: CHAT_ID, read_only: true } });
    const mute = await scene.start(["probe", "--yes"]).ended;
    expect([mute.code, mute.stderr]).toEqual([
      4,
      expect.stringMatching(/may not post in .*Next: add the bot/),
    ]);
  });

  it("does not take a ledger that another process holds", async () => {
    const scene = await probeScene(60);
    const holder = scene.start(["probe", "--yes", "--only", "limit"]);
    await standing(scene, 1);
    const { code, stderr } = await scene.start(["probe", "--yes"]).ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining("prewarm probe")]);
    holder.signal("SIGINT");
    await holder.ended;
  });

  it("has runs use what it proved: several media in one message from then on", async () => {
    const scene = await probeScene(100);
    expect((await scene.probe("--only", "ids,quota,keeps")).code).toBe(0);
    const plan = await scene.start(["run", "--dry-run", "--json"]).ended;
    expect(linesOf(plan).at(-1)).toMatchObject({ packs: { state: "proved" } });
    const { code, stdout } = await scene.start(["run", "--json"]).ended;
    const items = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type === "item");
    const ready = items.filter(({ status }) => status === "ready");
    expect([code, Math.max(...ready.map(({ pack }) => pack?.size ?? 1))]).toEqual([0, expect.any(Number)]);
    expect(Math.max(...ready.map(({ pack }) => pack?.size ?? 1))).toBeGreaterThan(20);
    expect(new Set(ready.map(({ file_id }) => file_id)).size).toBe(ready.length);
  });
});
