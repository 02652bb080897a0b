import { expect, it } from "vitest";
import { main } from "./main.ts";
import { scenarioOf } from "./scenario.ts";
import { shrunk } from "./shrink.ts";

it("plays so many seeds and prints the rate", async () => {
  const lines: string[] = [];
  expect(await main(["--from", "1", "--count", "3"], (line) => lines.push(line))).toBe(0);
  expect(lines).toEqual([expect.stringMatching(/^3 schedules from seed 1, \d+ an hour: .* 0 violations$/)]);
});

it("replays a seed without some of its parts", async () => {
  const lines: string[] = [];
  await main(["--seed", "7", "--without", "0,1", "--print"], (line) => lines.push(line));
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
