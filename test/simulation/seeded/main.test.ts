import { expect, it } from "vitest";
import { type Batch, type PlayBatch, playHere } from "./batch.ts";
import { main } from "./main.ts";
import { scenarioOf } from "./scenario.ts";
import { shrunk } from "./shrink.ts";

it("plays so many seeds, in batches, and prints the rate", async () => {
  const lines: string[] = [];
  const batches: Batch[] = [];
  const say = (line: string) => lines.push(line);
  const play: PlayBatch = (batch, tell, stop) => {
    batches.push(batch);
    return playHere(batch, tell, stop);
  };
  expect(await main(["--from", "1", "--count", "3", "--batch", "2"], { say, play })).toBe(0);
  expect(batches).toEqual([
    { from: 1, count: 2 },
    { from: 3, count: 1 },
  ]);
  const sum = expect.stringMatching(/^3 schedules, \d+ an hour: .* 0 violations$/);
  expect(lines).toEqual(["seeds from 1", sum]);
});

it("prints a line that replays what went wrong", async () => {
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const told = { steps: 1, crashes: 0, wrongs: ["lost"], without: "0,2" };
  const play: PlayBatch = async ({ from }, tell) => tell({ ...told, seed: from });
  expect(await main(["--from", "5", "--count", "4", "--batch", "2", "--first"], { say, play })).toBe(1);
  expect(lines).toEqual([
    "seeds from 5",
    "seed 5: lost",
    "replay: npm run simulate -- --seed 5 --without 0,2 --trace",
    expect.stringMatching(/^1 schedules, .* 1 violations$/),
  ]);
});

it("replays a seed without some of its parts", async () => {
  const lines: string[] = [];
  await main(["--seed", "7", "--without", "0,1", "--print"], { say: (line) => lines.push(line) });
  expect(JSON.parse(lines.join())).toEqual({ ...scenarioOf(7), parts: scenarioOf(7).parts.slice(2) });
});

it("leaves out of a failing seed whatever it can fail without", async () => {
  const scenario = scenarioOf(7);
  const needed = [scenario.parts[1], scenario.parts.at(-1)];
  const left = await shrunk(scenario, async ({ parts }) =>
    needed.every((part) => parts.some((each) => each === part)),
  );
  expect(scenario.parts.filter((_, at) => !left.has(at))).toEqual(needed);
});
