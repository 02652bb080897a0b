import { expect, it } from "vitest";
import { summaryOf } from "../helpers/child.ts";
import type { World } from "../helpers/world.ts";
import { answerAll, CHANNELS, chatsOf, loseAnswers, lostScene, type Rights, wrongIds } from "./lost-scene.ts";

/** Messages that carry a button (it is set by one edit and taken away by the next), and copies that stand in the chat. */
function leftOf(world: World): number {
  const there = world.posts().filter(({ deleted, bot }) => !deleted && bot !== null);
  const buttons = there.filter(({ edits }) => edits % 2 === 1);
  return buttons.length + chatsOf(world).copies;
}

it.each<Rights>(["edit", "forward"])(
  "takes away what a look by %s left when its process was killed",
  async (rights) => {
    const world = await lostScene(rights, 12);
    const env = { WARMUP_CHAT_ID: String(CHANNELS[0]), PREWARM_LOOK_AFTER: "0" };
    loseAnswers(world, 0.4);
    const first = summaryOf(await world.run(["--json", "--max-failures", "1000"], { env }));
    expect(first.unknown).toBeGreaterThan(0);
    answerAll(world);
    // A call a second, so that the process can be killed between a look and what takes it away.
    const killed = world.start(["run", "--only", "unknown"], { env: { ...env, PREWARM_PACE: "60/min" } });
    await world.until(() => leftOf(world) > 0, "a look stands in the chat");
    killed.signal("SIGKILL");
    await killed.ended;
    expect(leftOf(world)).toBe(1);
    // Any run does, also one that looks for nothing.
    await world.run(["--json"], { env });
    expect(leftOf(world)).toBe(0);
    const next = await world.run(["--only", "unknown", "--json"], { env });
    expect(summaryOf(next)).toMatchObject({ unknown: 0, exit_code: 0 });
    expect(leftOf(world)).toBe(0);
    expect(chatsOf(world)).toEqual({ messages: 12, twice: 0, copies: 0, withoutTag: 0 });
    expect(wrongIds(world)).toEqual([]);
  },
);
