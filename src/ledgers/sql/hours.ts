import type { Hour } from "../survey.ts";
import { all, type Moment, one, type Steps } from "./steps.ts";
import { stamp } from "./store.ts";

const HOUR_MS = 3_600_000;
const HOURS = 24;

/** Counts the attempts that ended in each of the last 24 hours before `unixMs`. */
export function* hoursOf(unixMs: number): Steps<Hour[]> {
  const begin = unixMs - HOURS * HOUR_MS;
  const since = stamp(begin);
  const counted = yield* all<{ hour: number; state: string; count: number }>(
    `select min((unixepoch(ended_at) - unixepoch(:since)) / 3600, ${HOURS - 1}) as hour, state, count(*) as count from prewarm_attempts
     where id >= :first and ended_at >= :since group by 1, 2`,
    { since, first: yield* firstSince(since) },
  );
  return Array.from({ length: HOURS }, (_, hour) => {
    const of = (state: string) => counted.find((row) => row.hour === hour && row.state === state)?.count ?? 0;
    return {
      from: begin + hour * HOUR_MS,
      ready: of("ready"),
      failed: of("failed"),
      unknown: of("unknown"),
    };
  });
}

/** Finds the first attempt begun since then, by binary search: ids rise with time, so the table need not be read. */
function* firstSince(since: Moment): Steps<number> {
  const ends = yield* one<{ low: number | null; high: number | null }>(
    `select min(id) as low, max(id) as high from prewarm_attempts`,
  );
  let [low, high] = [ends?.low ?? 0, (ends?.high ?? 0) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const at = (yield* one<{ at: string }>(
      `select started_at as at from prewarm_attempts where id >= :middle order by id limit 1`,
      { middle },
    ))?.at;
    if (at !== undefined && at < since.text) low = middle + 1;
    else high = middle;
  }
  return low;
}
