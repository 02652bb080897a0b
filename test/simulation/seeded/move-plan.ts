import { Draw } from "./draw.ts";
import type { Happening, Part, ProcessPlan, Scenario } from "./scenario.ts";

/** What happens when its turn among the parts comes, while nobody lives. */
export interface BetweenPart {
  readonly type: "between";
  readonly what: Happening;
}

/** Of seeds with a group that may move, so many go on like this. */
const SHARE = 0.2;

/**
 * What follows all else of some seeds: a group moves, a run learns of it, a later one is told to wait in answer to a question and does not live
 * to the end of that, and another one begins. It is drawn by itself, so that all else of a seed stays what it was.
 */
export function movesOf({ seed, bots, chats }: Pick<Scenario, "seed" | "bots" | "chats">): readonly Part[] {
  const draw = new Draw(seed, 6);
  const groups = chats.flatMap(({ type }, at) =>
    type === "group" && bots.some((bot) => bot.chats.includes(at)) ? [at] : [],
  );
  if (groups.length === 0 || !draw.chance(SHARE)) return [];
  const put = (): Part => {
    const content = `moved ${draw.from(0, 9)} of ${seed}`;
    return between({ type: "put", key: `moved-${draw.from(0, 2)}.bin`, content });
  };
  const seconds = draw.from(30, 300);
  const fault = { type: "flood", seconds, asText: draw.chance(0.4) } as const;
  return [
    between({ type: "migrate", chat: draw.oneOf(groups) }),
    put(),
    runOf(null, draw.skewed(60_000)),
    put(),
    { type: "from here", of: "read", nth: draw.skewed(6), fault },
    runOf(draw.from(1_000, 20_000), draw.skewed(20_000)),
    runOf(null, 5_000),
  ];
}

function between(what: Happening): Part {
  return { type: "between", what };
}

function runOf(stopAt: number | null, gapMs: number): ProcessPlan {
  return { type: "process", kind: "run", dieAt: null, stopAt, gapMs };
}
