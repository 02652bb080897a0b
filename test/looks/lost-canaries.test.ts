import { describe, expect, it } from "vitest";
import { chatScene } from "./chat-scene.ts";

const CHANNEL = { id: -41, type: "channel", title: "warmup" } as const;
const GROUP = { id: -43, type: "group", title: "warmup" } as const;
const TEN_MINUTES = 600_000;

type Scene = Awaited<ReturnType<typeof chatScene>>;

/** Takes away what was left, as the next run does. */
const clear = (scene: Scene) => scene.ofNextRun().clear();
const left = async (scene: Scene) => (await scene.canaries()).length;

describe("the message of a canary whose answer was lost", () => {
  it.each([
    ["a channel", CHANNEL],
    ["a group", GROUP],
  ])("is found by its tag once it can come no more, and deleted: in %s", async (_, chat) => {
    const scene = await chatScene(chat);
    await scene.call("answered");
    const before = await scene.chat();
    await scene.canary("lost");
    await scene.call("answered");
    await clear(scene);
    expect([await left(scene), scene.calls()]).toEqual([1, []]);
    scene.pass(TEN_MINUTES);
    await clear(scene);
    expect(await scene.chat()).toEqual([...before, expect.stringContaining("tag")]);
    expect([await left(scene), await scene.ledger.leftCanaries(["default"])]).toEqual([0, []]);
    expect(await scene.ledger.leftLooks(["default"])).toEqual([]);
    expect(scene.notices).toEqual(["deleted 1 message by which ids were tried, and whose answers were lost"]);
  });

  it("is found beside others that were lost, and those of strangers", async () => {
    const scene = await chatScene(CHANNEL);
    await scene.call("answered");
    await scene.canary("lost", { tag: "canaryaaaa" });
    await scene.posted("a stranger's");
    await scene.canary("never", { tag: "canarybbbb" });
    await scene.canary("lost", { tag: "canarycccc" });
    scene.pass(TEN_MINUTES);
    await clear(scene);
    expect((await scene.chat()).map((text) => text.replace(/^\d+ /, ""))).toEqual([
      expect.stringContaining("tag"),
      "a stranger's",
    ]);
    expect(await left(scene)).toBe(0);
    // Each id was asked for once, and nothing is asked for by the next run.
    const asked = scene.looked.map(({ messageId }) => messageId);
    expect(new Set(asked).size).toBe(asked.length);
    await clear(scene);
    expect(scene.looked.length).toBe(asked.length);
  });

  it("is deleted also where two processes look for it at once", async () => {
    const scene = await chatScene(CHANNEL);
    await scene.call("answered");
    await scene.canary("lost");
    await scene.canary("never", { tag: "canarybbbb" });
    scene.pass(TEN_MINUTES);
    await Promise.all([clear(scene), clear(scene)]);
    expect([await left(scene), (await scene.chat()).length]).toEqual([0, 1]);
  });

  it("is looked for once where it was never posted", async () => {
    const scene = await chatScene(CHANNEL);
    await scene.call("answered");
    await scene.canary("never");
    const before = await scene.chat();
    scene.pass(TEN_MINUTES);
    await clear(scene);
    expect([await scene.chat(), await left(scene), scene.notices]).toEqual([before, 0, []]);
  });

  it("is not looked for without a tag, nor where nothing of ours is known", async () => {
    const scene = await chatScene(CHANNEL);
    await scene.canary("lost");
    scene.pass(TEN_MINUTES);
    await clear(scene);
    expect([await left(scene), scene.looked]).toEqual([1, []]);
    const other = await chatScene(CHANNEL);
    await other.call("answered");
    await other.canary("lost", { tag: null });
    other.pass(TEN_MINUTES);
    await clear(other);
    expect(other.looked).toEqual([]);
  });

  it("is told of where nothing can be copied out of its chat, once", async () => {
    const scene = await chatScene({ ...CHANNEL, protected: true });
    await scene.call("answered");
    await scene.canary("lost");
    scene.pass(TEN_MINUTES);
    await clear(scene);
    await clear(scene);
    expect(scene.notices).toEqual([expect.stringContaining("the caption canaryaaaa may be left in -41")]);
    expect([await left(scene), (await scene.chat()).length]).toEqual([0, 2]);
  });

  it("is looked for no further where no forward is answered, each of which may leave a copy; the next run finds it", async () => {
    const scene = await chatScene(CHANNEL);
    await scene.call("answered");
    await scene.canary("lost");
    await scene.canary("lost", { tag: "canarybbbb" });
    scene.pass(TEN_MINUTES);
    const rule = {
      server: "bot-api",
      match: { method: "forwardMessage" },
      fault: { type: "status", status: 502 },
    };
    scene.server.control({ faults: [rule] });
    await clear(scene);
    expect([scene.calls(), await left(scene)]).toEqual([Array(3).fill("forwardMessage 502"), 2]);
    scene.server.control({ faults: [] });
    scene.pass(TEN_MINUTES);
    await clear(scene);
    expect([await left(scene), (await scene.chat()).length]).toEqual([0, 1]);
  });

  it("is deleted by the next run where this one could not delete it", async () => {
    const scene = await chatScene(CHANNEL);
    await scene.call("answered");
    const id = await scene.canary("lost");
    scene.pass(TEN_MINUTES);
    const rule = {
      server: "bot-api",
      match: { method: "deleteMessage", nth: 2, count: 9 },
      fault: { type: "status", status: 502 },
    };
    scene.server.control({ faults: [rule] });
    await clear(scene);
    expect(await scene.ledger.leftCanaries(["default"])).toMatchObject([{ messageId: id, chatId: "-41" }]);
    expect(await left(scene)).toBe(0);
  });
});
