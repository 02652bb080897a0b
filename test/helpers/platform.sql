-- The tables of a bot platform, as it makes them itself.
create table bots (id serial primary key, slug text unique not null, warmup_chat_id text);
create table media_store (id serial primary key, bot_slug text, kind text not null
    check (kind in ('photo', 'video', 'document', 'audio')),
  r2_key text unique not null, r2_etag text, bytes bigint, sha256 text, ext text, mime text, width int, height int,
  duration numeric, created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create table media_cache (id serial primary key, bot_slug text not null, sha256 text not null, kind text not null
    check (kind in ('photo', 'video', 'document', 'audio')),
  tg_file_id text, tg_file_unique_id text, warmup_chat_id text, warmup_message_id bigint, warmup_at timestamptz,
  status text not null default 'warming' check (status in ('warming', 'ready', 'error')), last_error text,
  retry_count int not null default 0, next_retry_at timestamptz, last_retry_at timestamptz,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  unique (bot_slug, sha256, kind));

-- COUNT objects old/<i>.bin that hold their number, of the bot `default`; every EACHth waits to be warmed, the others have an id.
insert into bots (slug, warmup_chat_id) values ('default', '-1002'), ('other', '-1001');
insert into media_store (bot_slug, kind, r2_key, r2_etag, bytes, sha256)
  select 'default', 'document', 'old/' || i || '.bin', md5(i::text), length(i::text), encode(sha256(i::text::bytea), 'hex')
  from generate_series(1, COUNT) i;
insert into media_cache (bot_slug, sha256, kind, tg_file_id, tg_file_unique_id, status)
  select 'default', encode(sha256(i::text::bytea), 'hex'), 'document', case when i % EACH > 0 then 'BQAC' || i end,
    case when i % EACH > 0 then 'AgADunique' || i end, case when i % EACH > 0 then 'ready' else 'warming' end
  from generate_series(1, COUNT) i;
