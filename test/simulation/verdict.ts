import type { Doubt } from "./story.ts";
import { BOTS, MINUTE, type Thing, type Town } from "./town.ts";

/** Everything that is not as it was promised, in words; empty at the end of a good day. */
export function verdict(town: Town, doubts: readonly Doubt[]): string[] {
  return [
    ...notReady(town),
    ...postedTwice(town),
    ...unaccounted(town),
    ...groundless(town, doubts),
    ...tooEarly(town),
    ...leftOver(town),
    ...town.surprises.map((error) => `surprise: ${error instanceof Error ? error.stack : error}`),
  ];
}

/** Ids that readers find now, by row. */
export function readyIds(town: Town): string[] {
  return town
    .sql(
      "select bot_slug || ' ' || tg_file_id as id from media_cache where status = 'ready' and tg_file_id is not null",
    )
    .map(({ id }) => String(id));
}

function wanted(town: Town): Thing[] {
  return [...town.things.values()].filter(({ key }) => key.startsWith("media/") || town.asked.includes(key));
}

/** What is there is ready for every bot, unless its post is in doubt. */
function notReady(town: Town): string[] {
  const posts = new Map(
    truth(town).map(({ chat_id, message_id, sha256 }) => [nameOf(chat_id, message_id), sha256]),
  );
  return wanted(town).flatMap((thing) => {
    const missing = BOTS.filter(({ slug }) => !isReady(town, slug, thing, posts));
    const open = missing.filter(({ slug }) => unknownAttempts(town, slug, thing) === 0);
    const stale = missing.length === 0 && !pointsAt(town, thing);
    return [
      ...open.map(({ slug }) => `${thing.key} is not ready for ${slug}: ${whatIsKnown(town, slug, thing)}`),
      ...(stale ? [`${thing.key} does not point at its present content`] : []),
    ];
  });
}

function isReady(
  town: Town,
  slug: string,
  { sha256, etag, bytes }: Thing,
  posts: ReadonlyMap<string, string | null>,
): boolean {
  const rows = town.sql(
    `select warmup_chat_id as chat, warmup_message_id as message from media_cache
     where bot_slug = $slug and sha256 in ($sha256, $provisional) and status = 'ready'`,
    { slug, sha256, provisional: `etag:${etag}:${bytes}` },
  );
  return rows.some(({ chat, message }) => posts.get(nameOf(chat, message)) === sha256);
}

function pointsAt(town: Town, { key, etag }: Thing): boolean {
  const rows = town.sql("select r2_etag as etag from media_store where r2_key = $key", { key });
  return rows[0]?.etag === etag;
}

function unknownAttempts(town: Town, slug: string, { key, etag }: Thing): number {
  const [row] = town.sql(
    `select count(*) as n from prewarm_attempts where bot_slug = $slug and r2_key = $key and r2_etag = $etag and state = 'unknown'`,
    { slug, key, etag },
  );
  return Number(row?.n);
}

function whatIsKnown(town: Town, slug: string, { key }: Thing): string {
  const attempts = town.sql(
    "select state, error_reason, started_at from prewarm_attempts where bot_slug = $slug and r2_key = $key",
    { slug, key },
  );
  const rows = town.sql(
    "select c.* from media_store s join media_cache c on c.sha256 = s.sha256 where s.r2_key = $key and c.bot_slug = $slug",
    { slug, key },
  );
  return JSON.stringify({ attempts, rows });
}

/** No bot has the same content twice, in doubt or not, and none is confirmed twice. */
function postedTwice(town: Town): string[] {
  const posts = grouped(truth(town), ({ bot, sha256 }) => `${bot} ${sha256}`);
  const twice = [...posts].filter(([, all]) => all.length > 1);
  const confirmed = town.sql(
    `select bot_slug, sha256, kind, count(*) as n from prewarm_attempts where state = 'ready' group by 1, 2, 3 having n > 1`,
  );
  return [
    ...twice.map(
      ([name, all]) =>
        `posted ${all.length} times: ${name} (${town.past.get(name.split(" ")[1] ?? "")?.key})`,
    ),
    ...confirmed.map((row) => `confirmed twice: ${JSON.stringify(row)}`),
  ];
}

/** Every post is the one of its row, or of an attempt that is in doubt. */
function unaccounted(town: Town): string[] {
  const rows = town.sql(
    "select warmup_chat_id as chat, warmup_message_id as message from media_cache where status = 'ready'",
  );
  const known = new Set(rows.map(({ chat, message }) => nameOf(chat, message)));
  return truth(town)
    .filter(({ chat_id, message_id }) => !known.has(nameOf(chat_id, message_id)))
    .filter(({ bot, sha256 }) => {
      const slug = BOTS.find(({ id }) => id === bot)?.slug ?? "";
      const thing = town.past.get(sha256 ?? "");
      return !thing || unknownAttempts(town, slug, thing) === 0;
    })
    .map(({ chat_id, message_id }) => `post ${nameOf(chat_id, message_id)} is in nobody's books`);
}

/** What is in doubt is so for a reason: an outage that lost answers, or a death. */
function groundless(town: Town, doubts: readonly Doubt[]): string[] {
  const epoch = town.clock.wall() - town.clock.now();
  return town
    .sql(
      "select r2_key, error_reason, unixepoch(started_at) * 1000 as at from prewarm_attempts where state = 'unknown'",
    )
    .filter(({ error_reason, at }) => {
      const moment = Number(at) - epoch;
      const near = ({ from, to }: Doubt) => moment > from - MINUTE && moment < to + MINUTE;
      const died = town.deaths.some((death) => near({ from: death, to: death }));
      return error_reason === "process_died" ? !died : !doubts.some(near);
    })
    .map((row) => `in doubt without need: ${JSON.stringify(row)}`);
}

/** No lane is called while a flood wait lasts that its worker lived to hear of. */
function tooEarly(town: Town): string[] {
  const calls = town.servers.botApi.calls().filter(({ method }) => method.startsWith("send"));
  const lanes = grouped(calls, ({ bot, chat_id }) => `${bot} ${chat_id}`);
  return [...lanes].flatMap(([name, rows]) =>
    rows.flatMap(({ started, answered, retry_after }) => {
      if (retry_after === null || answered === null) return [];
      if (town.deaths.some((death) => death >= started && death <= answered)) return [];
      const until = answered + retry_after * 1000;
      const early = rows.find((row) => row.started > answered && row.started < until);
      return early ? [`${name} was called ${until - early.started} ms before ${until}`] : [];
    }),
  );
}

function leftOver(town: Town): string[] {
  const left = [
    ...town.sql("select 'waiting' as what, r2_key as key from prewarm_queue"),
    ...town.sql("select 'sending' as what, r2_key as key from prewarm_attempts where state = 'sending'"),
    ...town.sql(
      `select 'warming' as what, c.bot_slug || ' ' || s.r2_key as key from media_cache c join media_store s on s.sha256 = c.sha256
       where c.status = 'warming'`,
    ),
  ];
  return left.map(({ what, key }) => `${key} is still ${what}`);
}

function truth(town: Town) {
  return town.servers.botApi.truth();
}

function nameOf(
  chat: string | number | null | undefined,
  message: string | number | null | undefined,
): string {
  return `${chat}/${message}`;
}

function grouped<T>(all: readonly T[], nameOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(nameOf(one), [...(groups.get(nameOf(one)) ?? []), one]);
  return groups;
}
