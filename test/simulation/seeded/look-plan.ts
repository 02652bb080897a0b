import { Draw } from "./draw.ts";
import type { Part, ProcessPlan, Scenario } from "./scenario.ts";
import type { CallFault } from "./wire.ts";

/** What goes wrong with the nth call of a sort, counted from the moment at which its turn among the parts comes. */
export interface LaterFault {
  readonly type: "from here";
  readonly of: "send" | "look" | "read";
  readonly nth: number;
  readonly fault: CallFault;
}

/** Of seeds whose runs look for lost calls, so many lose more while they do. */
const SHARE = 0.5;
/** A call posts no later than so many milliseconds after its answer was lost. */
const LATEST_POST_MS = 590_000;

/**
 * The parts of a seed, and what its runs lose while they look for lost calls: what was proved absent and is sent again is lost again, so
 * that a row has several lost calls, and copies of looks are lost as the clock is put back. It is drawn by itself, so that all else of a
 * seed stays what it was; where nothing is looked for nothing comes of it.
 */
export function withLaterLosses({ seed, parts }: Pick<Scenario, "seed" | "parts">): readonly Part[] {
  const pause = parts.findIndex(({ type }) => type === "pause");
  const draw = new Draw(seed, 4);
  if (pause < 0 || !draw.chance(SHARE)) return parts;
  return [...parts.slice(0, pause + 1), ...lossesOf(draw), ...parts.slice(pause + 1), ...livesOf(draw)];
}

function lossesOf(draw: Draw): LaterFault[] {
  const again = times(draw.from(0, 2), (): LaterFault => {
    const fault = draw.oneOf<() => CallFault>([
      () => ({ type: "lost before" }),
      () => ({ type: "lost after" }),
      () => ({ type: "posted long after", ms: draw.from(1_000, LATEST_POST_MS) }),
    ])();
    return { type: "from here", of: "send", nth: draw.skewed(4), fault };
  });
  const copies = times(draw.from(0, 2), (): LaterFault => {
    // Longer than a lost call may still post, and short enough for a wait from before it to be over soon.
    const jumpMs = draw.oneOf([-1_200_000, -5_000]);
    return { type: "from here", of: "look", nth: draw.skewed(12), fault: { type: "lost after", jumpMs } };
  });
  return [...again, ...copies];
}

/** Some look soon again, while what was lost last may still be posted. */
function livesOf(draw: Draw): ProcessPlan[] {
  return times(draw.from(0, 2), () => {
    const dieAt = draw.chance(0.3) ? draw.skewed(200) : null;
    return { type: "process", kind: "only", dieAt, stopAt: null, gapMs: draw.skewed(900_000) };
  });
}

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}
