import type { Hour } from "../survey.ts";
import type { Sqlite } from "./adapter.ts";
import { readAs } from "./reading.ts";
import { stamp } from "./store.ts";

const HOUR_MS = 3_600_000;
const HOURS = 24;

/** Counts the attempts that ended in each of the last 24 hours before `unixMs`. */
export function hoursOf(db: Sqlite, unixMs: number): Hour[] {
  const begin = unixMs - HOURS * HOUR_MS;
  const attempts = readAs(db, "prewarm_attempts");
  const since = stamp(begin);
  const counted = db.all<{ hour: number; state: string; count: number }>(
    `select min((unixepoch(ended_at) - unixepoch(:since)) / 3600, ${HOURS - 1}) as hour, state, count(*) as count from ${attempts}
     where id >= :first and ended_at >= :since group by 1, 2`,
    { since, first: firstSince(db, attempts, since) },
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
function firstSince(db: Sqlite, attempts: string, since: string): number {
  const ends = db.one<{ low: number | null; high: number | null }>(
    `select min(id) as low, max(id) as high from ${attempts}`,
  );
  let [low, high] = [ends?.low ?? 0, (ends?.high ?? 0) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const at = db.one<{ at: string }>(
      `select started_at as at from ${attempts} where id >= :middle order by id limit 1`,
      { middle },
    )?.at;
    if (at !== undefined && at < since) low = middle + 1;
    else high = middle;
  }
  return low;
}
