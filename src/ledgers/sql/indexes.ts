/** Statements that create the indexes. */
export const INDEXES = [
  "create index if not exists prewarm_store_content on media_store (sha256)",
  "create index if not exists prewarm_cache_content on media_cache (sha256)",
  "create index if not exists prewarm_cache_warming on media_cache (bot_slug) where status = 'warming'",
  "create index if not exists prewarm_cache_bad on media_cache (bot_slug, status) where status in ('error', 'unknown')",
  "create unique index if not exists prewarm_queue_entry on prewarm_queue (r2_key, coalesce(bot_slug, ''), coalesce(kind, ''))",
  "create index if not exists prewarm_attempts_content on prewarm_attempts (sha256, bot_slug, kind)",
  "create index if not exists prewarm_attempts_key on prewarm_attempts (r2_key, bot_slug, kind)",
  "create index if not exists prewarm_attempts_sending on prewarm_attempts (id) where state = 'sending'",
  "create index if not exists prewarm_attempts_message on prewarm_attempts (warmup_chat_id, message_id) where message_id is not null",
  "create index if not exists prewarm_attempts_posted on prewarm_attempts (warmup_chat_id, started_at) where message_id is not null",
  "create index if not exists prewarm_attempts_pack on prewarm_attempts (pack_id) where pack_id is not null",
  "create index if not exists prewarm_attempts_unproved on prewarm_attempts (id) where state = 'unproved'",
  "create index if not exists prewarm_attempts_canaries on prewarm_attempts (id) where purpose = 'canary' and state = 'ready'",
  "create index if not exists prewarm_looks_left on prewarm_looks (id) where state = 'asking'",
  "create index if not exists prewarm_looks_copy on prewarm_looks (chat_id, copy_id) where copy_id is not null",
] as const;
