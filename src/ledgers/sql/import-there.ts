import type { LedgerRow } from "../columns.ts";
import { hasId, isUnderWay } from "./rows.ts";
import { all, type Steps } from "./steps.ts";

/** A row as the ledger has it; `worth` is 2 for an id that works, 1 for a dead one, 0 for none. */
export interface RowThere {
  readonly worth: number;
  readonly fileId: string | null;
  readonly status: string | null;
  readonly underWay: boolean;
}

/** What of a line tells its row from all others. */
interface RowKey extends Pick<LedgerRow, "bot" | "kind"> {
  readonly content: string | null;
}

const KEYS = `select s.r2_key as name, s.sha256 as content
  from json_each(:asked) asked cross join media_store s on s.r2_key = asked.value`;
const WORTH =
  "case when c.status <> 'ready' or c.tg_file_id is null then 0 when c.dead_at is null then 2 else 1 end";
const ROWS = `select c.bot_slug as bot, c.sha256 as content, c.kind, ${WORTH} as worth, c.tg_file_id as fileId, c.status,
    ${isUnderWay("c")} as underWay
  from json_each(:asked) asked cross join media_cache c
  on c.bot_slug = asked.value ->> 0 and c.sha256 = asked.value ->> 1 and c.kind = asked.value ->> 2`;
const ALIASES = `select a.provisional as name, a.sha256 as content
  from json_each(:asked) asked cross join prewarm_aliases a on a.provisional = asked.value`;
const SERVED = `select asked.value as name
  from json_each(:asked) asked where exists (select 1 from media_cache c where c.sha256 = asked.value and ${hasId("c")})`;

type Named = { readonly name: string; readonly content: string | null };

/** Returns the contents of keys that are there of these; `lock` is said after the statement. */
export function* keysThere(names: readonly string[], lock = ""): Steps<Map<string, string | null>> {
  const rows = yield* all<Named>(KEYS + lock, { asked: JSON.stringify(names) });
  return new Map(rows.map(({ name, content }) => [name, content]));
}

/** Returns rows that are there of these, by {@link rowName}; `lock` is said after the statement. */
export function* rowsThere(names: readonly string[], lock = ""): Steps<Map<string, RowThere>> {
  const rows = yield* all<RowThere & RowKey>(ROWS + lock, { asked: `[${names.join()}]` });
  return new Map(
    rows.map(({ worth, fileId, status, underWay, ...key }) => [
      rowName(key),
      { worth: Number(worth), fileId, status, underWay: Boolean(underWay) },
    ]),
  );
}

/** Returns the SHA-256s that have become known of these contents. */
export function* aliasesThere(names: readonly string[]): Steps<Map<string, string>> {
  const rows = yield* all<Named>(ALIASES, { asked: JSON.stringify(names) });
  return new Map(rows.map(({ name, content }) => [name, content ?? name]));
}

/** Returns which of these contents have an id that works. */
export function* servedThere(names: readonly string[]): Steps<Map<string, true>> {
  const rows = yield* all<Pick<Named, "name">>(SERVED, { asked: JSON.stringify(names) });
  return new Map(rows.map(({ name }) => [name, true]));
}

/** The name of a row: JSON. */
export function rowName({ bot, content, kind }: RowKey): string {
  return JSON.stringify([bot, content, kind]);
}
