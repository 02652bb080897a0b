import { PASSING_CLASSES } from "../../domain/failure.ts";
import type { Selected } from "../port.ts";
import { isAskedFor } from "./asked-as.ts";
import { isUnderWay } from "./rows.ts";
import { type KeyRow, selected } from "./select.ts";
import { all, type Steps } from "./steps.ts";
import { PAGE_ROWS, type Store, stamp } from "./store.ts";

/** SQL: row `alias` is due. A time that cannot be read does not hold it back. */
function isDue(alias: string): string {
  return `coalesce(unixepoch(${alias}.next_retry_at) <= unixepoch(:now), 1 = 1)`;
}

const PASSING = PASSING_CLASSES.map((name) => `'${name}'`).join(", ");

/** SQL: row `alias` failed, its failure can pass, and it has a time for another try. */
function mayPass(alias: string): string {
  return `(${alias}.status = 'error' and ${alias}.next_retry_at is not null
    and ${alias}.error_class in (${PASSING}))`;
}

const WAITING = `
  select c.bot_slug as bot, c.kind, c.sha256 as content, s.r2_key as key, s.r2_etag as etag, s.bytes
  from media_cache c join media_store s on s.sha256 = c.sha256
  where (c.status = 'warming' or ${mayPass("c")} or c.dead_at is not null and c.status = 'ready') and c.bot_slug in (select value from json_each(:bots))
    and ${isDue("c")} and ${isAskedFor("c", "s")} and not ${isUnderWay("c")}
  order by c.rowid, s.rowid limit ${PAGE_ROWS}`;

/** Returns rows in `warming`, failed ones, and those with a dead id, that are due and have no running call, with each of their keys. */
export function* warming({ now }: Store, bots: readonly string[]): Steps<Selected[]> {
  return (yield* all<KeyRow>(WAITING, { bots: JSON.stringify(bots), now: stamp(now()) })).map(selected);
}
