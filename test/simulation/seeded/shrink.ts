import { play } from "./play.ts";
import type { Scenario } from "./scenario.ts";

/** A scenario without these of its parts. */
export function without(scenario: Scenario, left: ReadonlySet<number>): Scenario {
  return { ...scenario, parts: scenario.parts.filter((_, at) => !left.has(at)) };
}

/** The parts that a failing scenario can do without: halves first, then one after another, as long as it still fails. */
export async function shrunk(
  scenario: Scenario,
  fails: (scenario: Scenario) => Promise<boolean> = isBad,
): Promise<ReadonlySet<number>> {
  let left: ReadonlySet<number> = new Set();
  for (
    let size = Math.ceil(scenario.parts.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  )
    for (let from = 0; from < scenario.parts.length; from += size) {
      const more = Array.from({ length: size }, (_, at) => from + at).filter(
        (at) => at < scenario.parts.length,
      );
      const fewer = new Set([...left, ...more]);
      if (fewer.size > left.size && (await fails(without(scenario, fewer)))) left = fewer;
    }
  return left;
}

async function isBad(scenario: Scenario): Promise<boolean> {
  return (await play(scenario)).wrongs.length > 0;
}
