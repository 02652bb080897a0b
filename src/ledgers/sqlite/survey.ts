import { LedgerError } from "../error.ts";
import type { LaneMemory, LaneState } from "../lane-memory.ts";
import type { BadRows, LaneSeen, RowState, Survey, WaitingWork } from "../survey.ts";
import { ROW_STATES } from "../survey.ts";
import type { LedgerView } from "../view.ts";
import type { Sqlite } from "./adapter.ts";
import { hoursOf } from "./hours.ts";
import { readView } from "./inspect.ts";
import { laneStates } from "./lane-states.ts";
import { RECENT_ATTEMPTS, readAs, readIdentity, reading, tablesOf } from "./reading.ts";
import { hasId, isWeak, standsAsDocument } from "./rows.ts";

/**
 * Counts what the database at `path` holds, also while another process writes to it; `unixMs` is now. Returns null where
 * there is none. Throws LedgerError when it cannot be read, a newer prewarm made it, or it has neither `media_store` nor
 * `media_cache`.
 */
export function surveySqlite(path: string, unixMs: number): (LedgerView & Survey) | null {
  return reading(path, "readable", (db, file) => {
    const tables = tablesOf(db);
    if (!tables.has("media_store") && !tables.has("media_cache")) {
      throw new LedgerError(
        `${path} holds no ledger (neither media_store nor media_cache); name the right file with --ledger, or let \`prewarm run\` make one`,
        2,
      );
    }
    const view = readView(db, null, file);
    return { ...view, ...surveyOf(db, unixMs, view.lanes) };
  });
}

function surveyOf(db: Sqlite, unixMs: number, lanes: readonly LaneMemory[]): Survey {
  const facts = readIdentity(db);
  const cache = readAs(db, "media_cache");
  const keys = `select sha256 from ${readAs(db, "media_store")} where sha256 is not null`;
  const warming = warmingOf(db, cache, keys);
  return {
    owner: ownerOf(facts),
    objects: db.one<{ n: number }>(`select count(*) as n from ${readAs(db, "media_store")}`)?.n ?? 0,
    byBot: byBotOf(db, cache),
    queued: waitingWork(db, `select created_at as since from ${readAs(db, "prewarm_queue")}`),
    ...warming,
    lanesSeen: lanesSeen(withRecent(db, lanes), laneStates(facts)),
    bad: badOf(db, cache),
    hours: hoursOf(db, unixMs),
  };
}

function ownerOf(facts: ReadonlyMap<string, string>): Survey["owner"] {
  const sandbox = facts.get("sandbox");
  const [endpoint, name] = [facts.get("bucket_endpoint"), facts.get("bucket_name")];
  const bots = [...facts].flatMap(([key, id]) => {
    const slug = /^bot:(.*):id$/.exec(key)?.[1];
    return slug === undefined ? [] : [{ slug, id, apiRoot: facts.get(`bot:${slug}:api_root`) ?? null }];
  });
  return {
    sandbox: sandbox === undefined ? null : sandbox === "1",
    bucket: endpoint !== undefined && name !== undefined ? { endpoint, name } : null,
    bots,
  };
}

/** Returns SQL for the state of row `c`: null for a photo whose id is counted under `document`. */
function rowState(db: Sqlite): string {
  const ours = readAs(db, "media_cache") === "media_cache";
  return `case when ${hasId("c")} then iif(${isWeak("c")}, 'weak', 'ready') when c.status = 'unknown' then 'unknown'
    when c.status <> 'error' then 'warming' when ${ours ? standsAsDocument("c") : "0"} then null else 'failed' end`;
}

function byBotOf(db: Sqlite, cache: string): Survey["byBot"] {
  const counted = db.all<{ bot: string; state: RowState | null; count: number }>(
    `select c.bot_slug as bot, ${rowState(db)} as state, count(*) as count from ${cache} c group by 1, 2 order by 1`,
  );
  return [...new Set(counted.map(({ bot }) => bot))].map((bot) => {
    const of = (state: RowState) => counted.find((row) => row.bot === bot && row.state === state)?.count ?? 0;
    const rows = Object.fromEntries(ROW_STATES.map((state) => [state, of(state)]));
    return { bot, rows: rows as Record<RowState, number> };
  });
}

/** Counts rows and their oldest time; times that cannot be read, which other programs wrote, are ignored. */
function waitingWork(db: Sqlite, since: string): WaitingWork {
  const row = db.one<{ count: number; oldest: number | null }>(
    `select count(*) as count, min(unixepoch(since)) as oldest from (${since})`,
  );
  return { count: row?.count ?? 0, oldest: row?.oldest == null ? null : row.oldest * 1000 };
}

function warmingOf(db: Sqlite, cache: string, keys: string): Pick<Survey, "warming" | "orphans"> {
  const sending = `select bot_slug, sha256, kind from ${readAs(db, "prewarm_attempts")} where state = 'sending'`;
  const open = `select c.created_at as since from ${cache} c
    where c.status = 'warming' and (c.bot_slug, c.sha256, c.kind) not in (${sending})`;
  return {
    warming: waitingWork(db, `${open} and c.sha256 in (${keys})`),
    orphans: waitingWork(db, `${open} and c.sha256 not in (${keys})`).count,
  };
}

function badOf(db: Sqlite, cache: string): BadRows[] {
  const bad = `(select c.*, ${rowState(db)} as state from ${cache} c where c.status in ('error', 'unknown'))`;
  // With max(), SQLite takes the other columns from the row that has it (sqlite.org/lang_select.html, bare columns).
  const groups = db.all<Pick<BadRows, "state" | "reason" | "count" | "message">>(
    `select state, error_reason as reason, count(*) as count, max(updated_at),
       iif(error_reason is null, null, last_error) as message
     from ${bad} where state is not null group by 1, 2 order by 3 desc, 1, 2`,
  );
  const keys = `select coalesce(
      (select r2_key from ${readAs(db, "media_store")} s where s.sha256 = bad.sha256 limit 1),
      (select r2_key from ${readAs(db, "prewarm_attempts")} a where a.sha256 = bad.sha256 limit 1)) as key
    from ${bad} bad where state = :state and error_reason is :reason order by updated_at desc limit ${KEYS_SHOWN}`;
  return groups.map(({ state, reason, count, message }) => {
    const found = db.all<{ key: string | null }>(keys, { state, reason }).map(({ key }) => key);
    const known = [...new Set(found.filter((key) => key !== null))];
    return { state, reason, count, message, key: known[0] ?? null, keys: known };
  });
}

/** Keys that are named of each reason. */
const KEYS_SHOWN = 10;

/** What is known of lanes, with those that their bot has but never used. */
function lanesSeen(
  known: readonly LaneMemory[],
  states: ReadonlyMap<string, readonly LaneState[]>,
): LaneSeen[] {
  const isKnown = (bot: string, chat: string) => known.some((it) => it.bot === bot && it.chat === chat);
  const unused = [...states].flatMap(([bot, lanes]) =>
    lanes.filter(({ chat }) => !isKnown(bot, chat)).map(({ chat }) => unlearned(bot, chat)),
  );
  const moved = new Set(known.map(({ bot, migratedTo }) => `${bot} ${migratedTo}`));
  return [...known, ...unused].sort(byName).map((lane) => {
    const own = states.get(lane.bot);
    const state = own?.find(({ chat }) => chat === lane.chat);
    // A group that became another in the middle of a run is not configured by its new id yet.
    const former = own !== undefined && state === undefined && !moved.has(`${lane.bot} ${lane.chat}`);
    return { ...lane, out: state?.out ?? null, former };
  });
}

/** Adds the lanes of the latest attempts: a lane is only remembered once something was learned about it. */
function withRecent(db: Sqlite, known: readonly LaneMemory[]): LaneMemory[] {
  const recent = db.all<{ bot: string; chat: string }>(
    `select distinct bot_slug as bot, warmup_chat_id as chat
     from (select * from ${readAs(db, "prewarm_attempts")} order by id desc limit ${RECENT_ATTEMPTS})
     where warmup_chat_id is not null`,
  );
  const missing = recent.filter(({ bot, chat }) => !known.some((it) => it.bot === bot && it.chat === chat));
  return [...known, ...missing.map(({ bot, chat }) => unlearned(bot, chat))];
}

function unlearned(bot: string, chat: string): LaneMemory {
  return { bot, chat, frozenUntil: 0, pace: null, paceAt: null, migratedTo: null };
}

function byName(a: LaneMemory, b: LaneMemory): number {
  return a.bot === b.bot ? a.chat.localeCompare(b.chat) : a.bot.localeCompare(b.bot);
}
