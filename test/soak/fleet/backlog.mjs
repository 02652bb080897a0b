/** Objects that lie in nobody's bucket, larger than what is worked on, so that they go last. */
const MEDIA = `insert into media_store (r2_key, kind, r2_etag, bytes, sha256)
  select 'waiting/' || i, 'document', md5(i::text), 40000000, encode(sha256(i::text::bytea), 'hex') from generate_series(1, $1::int) i`;
const ROWS = `insert into media_cache (bot_slug, sha256, kind)
  select 'bot' || 1 + (i % $2::int), encode(sha256(i::text::bytea), 'hex'), 'document' from generate_series(1, $1::int) i`;
/** As if the leader had told the engine of so many, which it never does. */
const FED = `with told as (update media_cache set fed_at = now() where id in (
    select c.id from media_cache c join media_store s on s.sha256 = c.sha256 where s.r2_key like 'waiting/%' order by c.id limit $1)
  returning bot_slug, sha256, kind)
insert into prewarm_jobs.job (name, data, priority, group_id, retry_limit, expire_seconds, heartbeat_seconds, keep_until)
  select 'warm', jsonb_build_object('work', jsonb_build_object('bot', bot_slug, 'content', sha256, 'kind', kind), 'rank', 100, 'fails', 0),
    -100, bot_slug, 1000, 86400, 30, now() + interval '1 year' from told`;

/** Has rows wait for bots, and jobs of some of them lie in the engine. */
export async function addBacklog({ query }, { waiting, inEngine }, bots) {
  if (waiting > 0) {
    await query(MEDIA, [waiting]);
    await query(ROWS, [waiting, bots]);
  }
  if (inEngine > 0) await query(FED, [inEngine]);
  await query("analyze");
}

const READY = `update media_cache set status = 'ready', tg_file_id = repeat('A', 76) || id, tg_file_unique_id = 'AgAD' || id, warmup_chat_id = '-1001000000001',
  warmup_message_id = id, warmup_at = now()`;
const CALLS = `insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, r2_etag, bytes, warmup_chat_id, owner, attempt, state, started_at, ended_at)
  select c.bot_slug, c.sha256, c.kind, s.r2_key, s.r2_etag, s.bytes, c.warmup_chat_id, '1@host', 1, 'ready', now(), now()
  from media_cache c join media_store s on s.sha256 = c.sha256`;

/** Has all that waits be ready, by one call each. */
export async function makeReady({ query }) {
  await query(READY);
  await query(CALLS);
  await query("vacuum full");
  await query("analyze");
}

/** What a row takes on the disk with its indexes, in bytes, by its table. */
export async function sizes({ query }) {
  const names = ["media_store", "media_cache", "prewarm_attempts"];
  const each = names.map(
    (name) =>
      `(pg_total_relation_size('${name}') / greatest(1, (select count(*) from ${name})))::int as ${name}`,
  );
  return (await query(`select ${each.join(", ")}`))[0];
}
