import { expect, it } from "vitest";
import { endsOf } from "../helpers/child.ts";
import { openWorld } from "../helpers/world.ts";

const PIPE = ["run", "--manifest", "-", "--json"];
const line = (key: string) => `${JSON.stringify({ key })}\n`;

it("sends what was typed while the pipe of its manifest stays open", async () => {
  const world = await openWorld();
  const [first = "", second = ""] = world.putMany(2);
  const running = world.start(PIPE, { stdin: null });
  for (const [key, posts] of [
    [first, 1],
    [second, 2],
  ] as const) {
    running.type(line(key));
    await world.until(() => world.posts().length === posts, `${key} was posted`);
  }
  running.signal("SIGINT");
  expect(endsOf(await running.ended)).toEqual({ [first]: "ready", [second]: "ready" });
});

it("ends with --limit although the pipe of its manifest stays open", async () => {
  const world = await openWorld();
  const keys = world.putMany(3);
  const running = world.start([...PIPE, "--limit", "2"], { stdin: null });
  running.type(keys.map(line).join(""));
  const ended = await running.ended;
  expect(ended.code).toBe(0);
  expect(world.postedKeys().sort()).toEqual(keys.slice(0, 2));
});
