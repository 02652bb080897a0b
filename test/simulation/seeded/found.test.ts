import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { play } from "./play.ts";
import type { Scenario } from "./scenario.ts";

const FOUND = join(import.meta.dirname, "found");
const AGAIN = 3;

// Each broke a promise once. It is played as it was found, and in other orders.
it.each(readdirSync(FOUND))("mended: %s", async (name) => {
  const scenario = JSON.parse(readFileSync(join(FOUND, name), "utf8")) as Scenario;
  for (let more = 0; more <= AGAIN; more++) {
    const { wrongs } = await play({ ...scenario, seed: scenario.seed + more });
    expect(wrongs).toEqual([]);
  }
});
