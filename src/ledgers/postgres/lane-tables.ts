/**
 * Who has which lane. `fence` is its owner, for as long as `lease_until` says so; `next_fence` who asked for it first since then, for as
 * long as `next_until` says so, and how many lanes that one had then. `found` and `next_at` are what `last_fence` left when it handed the lane on; `lost` says that the
 * owner after that left nothing.
 */
const LANE_LEASES = `create table if not exists prewarm_lane_leases (
  bot_slug text not null,
  chat_id text not null,
  fence bigint,
  lease_until timestamptz not null,
  next_fence bigint,
  next_until timestamptz,
  next_has bigint,
  last_fence bigint,
  lost boolean not null default false,
  found text,
  next_at timestamptz,
  refused_at timestamptz,
  primary key (bot_slug, chat_id)
)`;

/** The next moment of a bot over all its chats, and until when (Unix milliseconds) it may be called in none. */
const BOT_PACES = `create table if not exists prewarm_bot_paces (
  bot_slug text primary key,
  next_at timestamptz,
  frozen_until bigint not null default 0
)`;

/** The next moment for an upload of a bot of so many bytes. */
const SAME_SIZES = `create table if not exists prewarm_same_sizes (
  bot_slug text not null,
  bytes bigint not null,
  next_at timestamptz not null,
  primary key (bot_slug, bytes)
)`;

/** What processes share of lanes and bots. */
export const LANE_TABLES: readonly string[] = [LANE_LEASES, BOT_PACES, SAME_SIZES];

/** By it the calls of the last minute of a lane are found whose owner was lost. */
export const LANE_CALLS_INDEX =
  "create index if not exists prewarm_attempts_lane on prewarm_attempts (warmup_chat_id, bot_slug, started_at)";
