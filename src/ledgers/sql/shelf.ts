import type { MediaKind } from "../../domain/media.ts";
import type { ReportedKey, ReportLine, ShelvedLine } from "../shelf.ts";
import { all, one, run, type Steps } from "./steps.ts";

/** So many reports wait at most, each of some 300 bytes, at most 3 KB. */
const MOST = 10_000;

/** Those of a bot that no run and no worker has (any more) go after 30 days. */
const KEPT_MS = 30 * 86_400_000;

/** The steps of a table of reports; moments are Unix milliseconds. */
export interface ShelfSteps {
  /** Adds these, all or none: false where there is no room for so many. Those that are known already change nothing. */
  add(reports: readonly ReportLine[], now: number): Steps<boolean>;
  /** What was reported of these keys. */
  ofKeys(keys: readonly string[]): Steps<ReportedKey[]>;
  /** The reports of this type and of these bots that are due, the oldest first. */
  pending(
    type: ReportLine["type"],
    bots: readonly string[],
    cut: { readonly limit: number; readonly now: number },
  ): Steps<ShelvedLine[]>;
  drop(report: ShelvedLine): Steps<number>;
  putOff(report: ShelvedLine, notBefore: number): Steps<number>;
}

type Cells = readonly [
  key: string,
  bot: string,
  type: ReportedKey["type"],
  kind: MediaKind,
  storedKind: MediaKind | null,
  fileId: string,
  fileUniqueId: string | null,
];

/**
 * The steps for the table of this name. Of ids that bots learned for one object the first one stays, until the object is another (its
 * ETag is).
 */
export function shelfIn(table: string): ShelfSteps {
  const add = `insert into ${table} (type, key, bot, kind, stored_kind, file_id, file_unique_id, etag, bytes, at)
    values (:type, :key, :bot, :kind, :storedKind, :fileId, :fileUniqueId, :etag, :bytes, :now)`;
  const learn = `${add}
    on conflict (key, bot, kind) where type = 'learned' do update set file_id = excluded.file_id,
      file_unique_id = excluded.file_unique_id, stored_kind = excluded.stored_kind, etag = excluded.etag,
      bytes = excluded.bytes, at = excluded.at, not_before = 0
    where excluded.etag is not null and ${table}.etag is not null and excluded.etag <> ${table}.etag`;
  const bury = `${add} on conflict (key, bot, file_id) where type = 'dead' do nothing`;
  // An id that nobody but a bot vouched for goes with the word of another.
  const unlearn = `delete from ${table} where type = 'learned' and key = :key and bot = :bot and file_id = :fileId`;
  const ofKeys = `select json_group_array(json_array(r.key, r.bot, r.type, r.kind, r.stored_kind, r.file_id, r.file_unique_id)) as page
    from json_each(:keys) asked cross join ${table} r on r.key = asked.value`;
  const pending = `select id, type, key, bot, kind, stored_kind as storedKind, file_id as fileId,
      file_unique_id as fileUniqueId, etag, bytes
    from ${table} where type = :type and not_before <= :now and bot in (select value from json_each(:bots))
    order by id limit :limit`;
  return {
    *add(reports, now) {
      yield* run(`delete from ${table} where at < :oldest`, { oldest: now - KEPT_MS });
      const waiting = (yield* one<{ n: number }>(`select count(*) as n from ${table}`))?.n ?? 0;
      if (waiting + reports.length > MOST) return false;
      for (const report of reports) {
        const { type, key, bot, kind, storedKind, fileId, fileUniqueId, etag, bytes } = report;
        const row = { type, key, bot, kind, storedKind, fileId, fileUniqueId, etag, bytes, now };
        yield* run(type === "learned" ? learn : bury, row);
        if (type === "dead") yield* run(unlearn, row);
      }
      return true;
    },
    *ofKeys(keys) {
      const { page } = (yield* one<{ page: string }>(ofKeys, { keys: JSON.stringify(keys) })) ?? {
        page: "[]",
      };
      if (page === "[]") return [];
      return (JSON.parse(page) as Cells[]).map(
        ([key, bot, type, kind, storedKind, fileId, fileUniqueId]) => ({
          key,
          bot,
          type,
          kind,
          storedKind: storedKind ?? undefined,
          fileId,
          fileUniqueId,
        }),
      );
    },
    pending: (type, bots, { limit, now }) =>
      all<ShelvedLine>(pending, { type, now, bots: JSON.stringify(bots), limit }),
    // It may have become that of another object meanwhile.
    drop: ({ id, fileId }) =>
      run(`delete from ${table} where id = :id and file_id = :fileId`, { id, fileId }),
    putOff: ({ id }, notBefore) =>
      run(`update ${table} set not_before = :notBefore where id = :id`, { id, notBefore }),
  };
}
