import { expect, it } from "vitest";
import { Story } from "./story.ts";
import { HOUR, MINUTE, Town } from "./town.ts";
import { readyIds, verdict } from "./verdict.ts";

const SEEDS = (process.env.PREWARM_DAY_SEEDS ?? "1").split(",").map(Number);

it.each(SEEDS)(
  "keeps a bucket warm through a day of all weathers (seed %i)",
  { timeout: 600_000 },
  async (seed) => {
    const town = await Town.open(seed);
    try {
      const story = new Story(town, seed);
      let ready: string[] = [];
      for (let at = 10 * MINUTE; at <= 24 * HOUR; at += 10 * MINUTE) {
        await town.live(at);
        const now = readyIds(town);
        expect(ready.filter((id) => !now.includes(id))).toEqual([]);
        ready = now;
      }
      const stopped = town.stopWorker();
      await town.live(25 * HOUR);
      await stopped;
      expect(verdict(town, story.doubts)).toEqual([]);
    } finally {
      await town.close();
    }
  },
);
