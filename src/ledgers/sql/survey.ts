import type { LaneMemory, LaneState } from "../lane-memory.ts";
import type { BadRows, LaneSeen, RowState, Survey, WaitingWork } from "../survey.ts";
import { ROW_STATES } from "../survey.ts";
import { readFacts } from "./facts.ts";
import { hoursOf } from "./hours.ts";
import { laneStates } from "./lane-states.ts";
import { hasId, isWeak, standsAsDocument } from "./rows.ts";
import { all, one, type Steps } from "./steps.ts";
import { RECENT_ATTEMPTS } from "./view.ts";

/** Counts what a ledger holds; `unixMs` is now, `lanes` what is remembered of them. */
export function* surveyOf(unixMs: number, lanes: readonly LaneMemory[]): Steps<Survey> {
  const facts = yield* readFacts();
  return {
    owner: ownerOf(facts),
    objects: (yield* one<{ n: number }>("select count(*) as n from media_store"))?.n ?? 0,
    byBot: yield* byBotOf(),
    queued: yield* waitingWork("select created_at as since from prewarm_queue"),
    ...(yield* warmingOf()),
    lanesSeen: lanesSeen(yield* withRecent(lanes), laneStates(facts)),
    bad: yield* badOf(),
    hours: yield* hoursOf(unixMs),
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

/** SQL: the state of row `c`: null for a photo whose id is counted under `document`. */
const ROW_STATE = `case when ${hasId("c")} then case when ${isWeak("c")} then 'weak' else 'ready' end
  when c.status = 'unknown' then 'unknown' when c.status <> 'error' then 'warming'
  when ${standsAsDocument("c")} then null else 'failed' end`;

function* byBotOf(): Steps<Survey["byBot"]> {
  const counted = yield* all<{ bot: string; state: RowState | null; count: number }>(
    `select c.bot_slug as bot, ${ROW_STATE} as state, count(*) as count from media_cache c group by 1, 2 order by 1`,
  );
  return [...new Set(counted.map(({ bot }) => bot))].map((bot) => {
    const of = (state: string) => counted.find((row) => row.bot === bot && row.state === state)?.count ?? 0;
    const rows = Object.fromEntries(ROW_STATES.map((state) => [state, of(state)]));
    return { bot, rows: rows as Record<RowState, number> };
  });
}

/** Counts rows and their oldest time; times that cannot be read, which other programs wrote, are ignored. */
function* waitingWork(since: string): Steps<WaitingWork> {
  const row = yield* one<{ count: number; oldest: number | null }>(
    `select count(*) as count, min(unixepoch(since)) as oldest from (${since}) w`,
  );
  return { count: row?.count ?? 0, oldest: row?.oldest == null ? null : row.oldest * 1000 };
}

const KEYS = "select sha256 from media_store where sha256 is not null";
const OPEN = `select c.created_at as since from media_cache c where c.status = 'warming'
  and (c.bot_slug, c.sha256, c.kind) not in (select bot_slug, sha256, kind from prewarm_attempts where state = 'sending')`;

function* warmingOf(): Steps<Pick<Survey, "warming" | "orphans">> {
  return {
    warming: yield* waitingWork(`${OPEN} and c.sha256 in (${KEYS})`),
    orphans: (yield* waitingWork(`${OPEN} and c.sha256 not in (${KEYS})`)).count,
  };
}

const BAD = `(select c.*, ${ROW_STATE} as state from media_cache c where c.status in ('error', 'unknown'))`;
const BAD_GROUPS = `select state, error_reason as reason, count(*) as count from ${BAD} bad
  where state is not null group by 1, 2 order by 3 desc, 1, 2`;

function* badOf(): Steps<BadRows[]> {
  const groups = yield* all<Pick<BadRows, "state" | "reason" | "count">>(BAD_GROUPS);
  const bad: BadRows[] = [];
  for (const group of groups) bad.push({ ...group, ...(yield* newestOf(group)) });
  return bad;
}

const IS_OF_GROUP = "state = :state and error_reason is not distinct from :reason";

function* newestOf({
  state,
  reason,
}: Pick<BadRows, "state" | "reason">): Steps<Pick<BadRows, "message" | "key" | "keys">> {
  const newest = yield* all<{ key: string | null; message: string | null }>(
    `select last_error as message, coalesce(
        (select r2_key from media_store s where s.sha256 = bad.sha256 limit 1),
        (select r2_key from prewarm_attempts a where a.sha256 = bad.sha256 limit 1)) as key
      from ${BAD} bad where ${IS_OF_GROUP} order by updated_at desc limit ${KEYS_SHOWN}`,
    { state, reason },
  );
  const known = [...new Set(newest.map(({ key }) => key).filter((key) => key !== null))];
  const message = reason === null ? null : (newest[0]?.message ?? null);
  return { message, key: known[0] ?? null, keys: known };
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
function* withRecent(known: readonly LaneMemory[]): Steps<LaneMemory[]> {
  const recent = yield* all<{ bot: string; chat: string }>(
    `select distinct bot_slug as bot, warmup_chat_id as chat
     from (select * from prewarm_attempts order by id desc limit ${RECENT_ATTEMPTS}) r
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
