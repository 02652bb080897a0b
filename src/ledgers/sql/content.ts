import { type ContentId, isProvisional } from "../../domain/content.ts";
import type { MediaKind } from "../../domain/media.ts";
import { hasId, isWeak, standsAsDocument } from "./rows.ts";
import { all, type Moment, one, run, type Steps } from "./steps.ts";
import { type Store, stamp } from "./store.ts";

const ALIAS = "select sha256 from prewarm_aliases where provisional = :content";

const KNOWN = `
  select (select a.sha256 from prewarm_aliases a where a.provisional = :provisional) as alias,
    exists (select 1 from media_cache c where c.sha256 = :provisional)
    or exists (select 1 from media_store s where s.sha256 = :provisional)
    or exists (select 1 from prewarm_attempts t where t.sha256 = :provisional) as used`;

const NEW_ALIAS = `
  insert into prewarm_aliases (provisional, sha256) values (:provisional, :content)
  on conflict (provisional) do update set sha256 = excluded.sha256`;

const ROWS = `
  select c.rowid as id, c.bot_slug as bot, c.kind, coalesce(cast(c.warmup_at as text), '') as at, ${isWeak("c")} as weak,
    case when ${hasId("c")} then 4 when ${standsAsDocument("c")} then 3 when c.status = 'unknown' then 2 when c.status = 'error' then 1 else 0 end as rank
  from media_cache c where c.sha256 = :content`;

const REKEY_ROW = "update media_cache set sha256 = :content, updated_at = :now where rowid = :id";
const DROP_ROW = "delete from media_cache where rowid = :id";
const REKEY_KEYS = "update media_store set sha256 = :content, updated_at = :now where sha256 = :provisional";
const REKEY_ATTEMPTS = "update prewarm_attempts set sha256 = :content where sha256 = :provisional";

/** Returns the SHA-256 for a provisional content id if it has become known, else the id itself. */
export function* resolve(content: ContentId): Steps<ContentId> {
  if (!isProvisional(content)) return content;
  return (yield* one<{ sha256: string }>(ALIAS, { content }))?.sha256 ?? content;
}

/**
 * Remembers that `provisional` is `content`, and moves everything that is stored under it: rows of every bot and kind, keys,
 * attempts. Of two rows for one (bot, kind) the better one is kept (ready, come back as a document that is ready,
 * unknown, error, warming), of two ready ones the older, of two of one second the one that is not weak. Must run inside the transaction that learned the hash.
 */
export function* rekey({ now }: Store, provisional: ContentId, content: ContentId): Steps<void> {
  const params = { provisional, content, now: stamp(now()) };
  const known = yield* one<{ alias: string | null; used: number | boolean }>(KNOWN, params);
  if (known?.alias !== content) yield* run(NEW_ALIAS, params);
  if (known?.used) yield* moveTo(params);
}

function* moveTo(params: { provisional: ContentId; content: ContentId; now: Moment }): Steps<void> {
  const { provisional, content } = params;
  const rows = yield* all<RankedRow>(ROWS, { content: provisional });
  const rivals = rows.length === 0 ? [] : yield* all<RankedRow>(ROWS, { content });
  for (const row of rows) {
    const rival = rivals.find(({ bot, kind }) => bot === row.bot && kind === row.kind);
    const stays = rival === undefined || beats(row, rival);
    if (rival) yield* run(DROP_ROW, { id: stays ? rival.id : row.id });
    if (stays) yield* run(REKEY_ROW, { ...params, id: row.id });
  }
  yield* run(REKEY_KEYS, params);
  yield* run(REKEY_ATTEMPTS, params);
}

interface RankedRow {
  readonly id: number;
  readonly bot: string;
  readonly kind: MediaKind;
  readonly rank: number;
  readonly at: string;
  readonly weak: number | boolean;
}

function beats(row: RankedRow, rival: RankedRow): boolean {
  if (row.rank !== rival.rank) return row.rank > rival.rank;
  return row.at === rival.at ? !row.weak && Boolean(rival.weak) : row.at < rival.at;
}
