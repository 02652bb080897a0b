import { expect, it } from "vitest";
import { main } from "./main.ts";
import { linesOf, planOf } from "./plan.ts";

const NOTHING = { ledger: null, pack: null };
const TOOLS = { bin: "none", noNames: "none" };

it("plays the same faults for the same seed, and others for another", () => {
  expect(planOf(7, NOTHING)).toEqual(planOf(7, NOTHING));
  expect(linesOf(planOf(7, NOTHING))).not.toEqual(linesOf(planOf(8, NOTHING)));
});

it("keeps to what was asked for and changes nothing else by that", () => {
  const { ledger: _, pack: __, ...rest } = planOf(7, NOTHING);
  expect(planOf(7, { ledger: "postgres", pack: true })).toEqual({ ...rest, ledger: "postgres", pack: true });
});

it("draws everything that can happen", () => {
  const plans = Array.from({ length: 400 }, (_, seed) => planOf(seed, NOTHING));
  const acts = new Set(plans.flatMap(({ wire }) => wire.map(({ act }) => act.do)));
  expect([...acts].sort()).toEqual(
    [
      "refuse",
      "reset",
      "silent",
      "slow",
      "late",
      "cut",
      "short",
      "close",
      "instead",
      "other",
      "signal",
    ].sort(),
  );
  for (const part of ["ledger", "pack", "command", "json", "transfer"] as const)
    expect(new Set(plans.map((plan) => plan[part])).size).toBeGreaterThan(1);
  const changes = new Set(plans.flatMap((plan) => plan.changes.map(({ what }) => what)));
  expect([...changes].sort()).toEqual(["change", "delete", "grow"]);
  expect(new Set(plans.flatMap(({ lives }) => lives.map(({ window }) => window?.what))).size).toBe(3);
});

it("tells the sum of what it played, and what it takes", async () => {
  const said: string[] = [];
  const ways = { tools: TOOLS, say: (line: string) => void said.push(line) };
  expect(await main(["--count", "0", "--seed", "5"], ways)).toBe(0);
  expect(said[0]).toBe("seeds from 5");
  expect(said.at(-1)).toBe("0 rounds, 0 processes, 0 items, 0 posts, 0 unknown, 0 violations");
  expect(await main(["--help"], ways)).toBe(0);
  expect(said.at(-1)).toMatch(/^usage: npm run torture/);
  await expect(main(["--ledger", "oracle"], ways)).rejects.toThrow(
    "--ledger oracle: sqlite, postgres or both",
  );
});
