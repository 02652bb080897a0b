import { PASSING_CLASSES } from "../../domain/failure.ts";
import type { LeadWork, RowNow, UnfedRow, WorkRow } from "../fleet-port.ts";
import type { QueuedEntry } from "../port.ts";
import { isAskedFor } from "../sql/asked-as.ts";
import { isUnderWay } from "../sql/rows.ts";
import { type KeyRow, selected } from "../sql/select.ts";
import { all, one, run, type Steps } from "../sql/steps.ts";
import { PAGE_ROWS, type Store, stamp } from "../sql/store.ts";
import { feedable } from "./fleet-tables.ts";
import { OVERDUE } from "./leases.ts";

const LARGEST_FIRST_CLASS = 65_536;
/** Rows whose rank is found in one statement. */
const RANKED_AT_ONCE = 5_000;
/** The last of the classes: nothing is known of its object. */
const LAST_RANK = 26;

/** SQL: how early a row goes: nine classes by size, each four times as large as the one before, with photos before videos. */
export function rankOf(bytes: string, kind: string): string {
  return `cast(3 * least(8, greatest(0, ceil(ln(greatest(coalesce(${bytes}, 1), 1) / ${LARGEST_FIRST_CLASS}.0) / ln(4)))) +
    case ${kind} when 'photo' then 0 when 'video' then 2 else 1 end as integer)`;
}

const PASSING = PASSING_CLASSES.map((name) => `'${name}'`).join(", ");

/** SQL: row `alias` is work, now or later. */
function isWork(alias: string): string {
  return `${feedable(`${alias}.`)} and (${alias}.status <> 'error' or ${alias}.error_class in (${PASSING}))`;
}

function isDue(alias: string): string {
  return `coalesce(unixepoch(${alias}.next_retry_at) <= unixepoch(:now), true)`;
}

const RANK = `update media_cache c set feed_rank = coalesce((select ${rankOf("s.bytes", "c.kind")} from media_store s
    where s.sha256 = c.sha256 order by s.id limit 1), ${LAST_RANK})
  where c.id in (select w.id from media_cache w where w.feed_rank is null and ${feedable("w.")} limit ${RANKED_AT_ONCE})`;

const WAITING = `select exists (select 1 from media_cache w where w.feed_rank is null and ${feedable("w.")}) as unranked,
  exists (select 1 from prewarm_queue where fed_at is null) as entries,
  exists (select 1 from json_each(:bots) b join media_cache c on c.bot_slug = b.value
    where c.fed_at is null and ${isWork("c")} and ${isDue("c")} and not ${isUnderWay("c")}) as rows,
  exists (select 1 from media_cache f where f.fed_at is not null and ${feedable("f.")})
    or exists (select 1 from prewarm_queue where fed_at is not null) as fed,
  exists (${OVERDUE}) as overdue`;

/** What there is to do for whoever leads, in one statement: it is asked every two seconds. */
export function* waiting({ now }: Store, bots: readonly string[]): Steps<LeadWork> {
  const found = yield* one<LeadWork>(WAITING, { bots: JSON.stringify(bots), now: stamp(now()) });
  if (!found) throw new Error("a question had no answer");
  return found;
}

/** Says how early rows go that others wrote. */
export function* rank(): Steps<number> {
  return yield* run(RANK);
}

const UNFED = `
  select b.value as bot, c.content, c.kind, c.rank from json_each(:bots) b
  join lateral (
    select c.sha256 as content, c.kind, c.feed_rank as rank, c.id from media_cache c
    where c.bot_slug = b.value and c.fed_at is null and ${isWork("c")} and c.feed_rank is not null and ${isDue("c")}
      and not ${isUnderWay("c")} and exists (select 1 from media_store s where s.sha256 = c.sha256)
    order by c.feed_rank, c.id
    limit greatest(0, :perBot - (select count(*) from (select 1 from media_cache f where f.bot_slug = b.value
      and f.fed_at is not null and ${feedable("f.")} limit :perBot) n))
  ) c on true order by c.rank, c.id limit ${PAGE_ROWS}`;

/** Returns rows that the engine does not know of, those that go first; of each bot so many that it knows of `perBot`. */
export function* unfed({ now }: Store, bots: readonly string[], perBot: number): Steps<UnfedRow[]> {
  return yield* all<UnfedRow>(UNFED, { bots: JSON.stringify(bots), perBot, now: stamp(now()) });
}

const WITH_WORK = `select b.value as bot from json_each(:bots) b
  where exists (select 1 from media_cache c where c.bot_slug = b.value and c.fed_at is not null and ${isWork("c")} and ${isDue("c")})
    or exists (select 1 from prewarm_queue q where q.bot_slug = b.value)`;

/** Returns those of these bots for which the engine was told of something that is due. */
export function* botsWithWork({ now }: Store, bots: readonly string[]): Steps<string[]> {
  const rows = yield* all<{ bot: string }>(WITH_WORK, {
    bots: JSON.stringify(bots),
    now: stamp(now()),
  });
  return rows.map(({ bot }) => bot);
}

const ROWS = "json_to_recordset(cast(:rows as json)) as x(bot text, content text, kind text)";

const FED = `update media_cache c set fed_at = clock_timestamp() from ${ROWS}
  where c.bot_slug = x.bot and c.sha256 = x.content and c.kind = x.kind and c.fed_at is null`;

/** Notes that the engine knows of these rows. */
export function* fed(rows: readonly WorkRow[]): Steps<void> {
  yield* run(FED, { rows: JSON.stringify(rows.map(named)) });
}

function named({ bot, content, kind }: WorkRow): WorkRow {
  return { bot, content, kind };
}

/** Rows that are forgotten in one statement: others write to them meanwhile, and hundreds of thousands take minutes. */
const FORGOTTEN_AT_ONCE = 5_000;
const TOLD_BEFORE = "fed_at <= clock_timestamp() - cast(:ageS as double precision) * interval '1 second'";
const UNFEED = `update media_cache c set fed_at = null where c.id in (select f.id from media_cache f
    where f.${TOLD_BEFORE} and ${feedable("f.")} limit ${FORGOTTEN_AT_ONCE} for update skip locked)`;
const UNFEED_ENTRIES = `update prewarm_queue set fed_at = null where ${TOLD_BEFORE}`;

/** Forgets that the engine was told of rows and entries. Returns how many; all of them only when called again until there are none. */
export function* unfeed(ageS: number): Steps<number> {
  return (yield* run(UNFEED, { ageS })) + (yield* run(UNFEED_ENTRIES, { ageS }));
}

const ROWS_NOW = `
  select c.bot_slug as bot, c.kind, x.content, s.key, s.etag, s.bytes,
    greatest(0, coalesce(unixepoch(c.next_retry_at) - unixepoch(:now), 0)) as "dueInS", ${isUnderWay("c")} as "underWay"
  from ${ROWS} left join prewarm_aliases known on known.provisional = x.content
  join media_cache c on c.bot_slug = x.bot and c.sha256 = coalesce(known.sha256, x.content) and c.kind = x.kind
  join lateral (select s.r2_key as key, s.r2_etag as etag, s.bytes from media_store s
    where s.sha256 = c.sha256 and ${isAskedFor("c", "s")} order by s.id limit 1) s on true
  where ${isWork("c")}`;

/** Returns what of these rows is still work, each with one of its keys, by the content that it was asked for by. */
export function* rowsNow({ now }: Store, rows: readonly WorkRow[]): Steps<RowNow[]> {
  const found = yield* all<KeyRow & { dueInS: number; underWay: boolean }>(ROWS_NOW, {
    rows: JSON.stringify(rows.map(named)),
    now: stamp(now()),
  });
  return found.map((row) => ({
    ...selected(row),
    content: row.content,
    dueInS: Number(row.dueInS),
    underWay: row.underWay,
  }));
}

interface QueueRow {
  readonly id: number;
  readonly entry: string;
}

function entryOf({ id, entry }: QueueRow): QueuedEntry {
  return { id, entry: JSON.parse(entry) as QueuedEntry["entry"] };
}

const UNFED_ENTRIES = `select id, entry from prewarm_queue where fed_at is null order by id limit ${PAGE_ROWS}`;

/** Returns entries that the engine does not know of. */
export function* unfedEntries(): Steps<QueuedEntry[]> {
  return (yield* all<QueueRow>(UNFED_ENTRIES)).map(entryOf);
}

const ENTRIES_FED = `update prewarm_queue set fed_at = clock_timestamp() where id in (select value from json_each(:ids))`;

/** Notes that the engine knows of these entries. */
export function* entriesFed(ids: readonly number[]): Steps<void> {
  yield* run(ENTRIES_FED, { ids: JSON.stringify(ids) });
}

const ENTRIES_NOW = `select id, entry from prewarm_queue where id in (select value from json_each(:ids))`;

/** Returns these entries, as far as they wait. */
export function* entriesNow(ids: readonly number[]): Steps<QueuedEntry[]> {
  return (yield* all<QueueRow>(ENTRIES_NOW, { ids: JSON.stringify(ids) })).map(entryOf);
}
