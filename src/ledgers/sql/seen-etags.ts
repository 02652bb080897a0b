import { namesContent, provisionalId } from "../../domain/content.ts";
import type { Query } from "../port.ts";
import { fetch } from "./fetch.ts";
import type { Steps } from "./steps.ts";

/** What the ledger has under the ETags of a page. */
export interface SeenEtags {
  /** Queries whose ETag it has seen with another size. */
  readonly many: ReadonlySet<Query>;
  /** Queries whose ETag it has never seen: nothing is stored under their ETag and size either, so that need not be looked for. */
  readonly never: ReadonlySet<Query>;
}

/** SQL: something was stored under the ETag of `asked`, with whatever size. Both indexes are read at one place. */
function isSeen(table: string, column: string, more = ""): string {
  return `exists (select 1 from ${table} t where t.${column} /* by byte */ > asked.value ->> 1 and t.${column} /* by byte */ < asked.value ->> 2${more})`;
}

const SEEN = `${isSeen("prewarm_aliases", "provisional")} or ${isSeen("media_cache", "sha256")}`;

function seenOther(table: string, column: string): string {
  return isSeen(table, column, ` and t.${column} <> asked.value ->> 0`);
}

/**
 * Returns what the ledger has under the ETags of these queries. Of a new object this is the only place of an index that is nowhere near
 * that of the object before it, and costs as much as all else of it once the index is larger than the caches of the processor.
 */
export function* seenEtags(page: readonly Query[]): Steps<SeenEtags> {
  // In the order of the index: neighbours in it share the reading of a page.
  const open = page
    .filter(({ entry }) => entry.sha256 === undefined && namesContent(entry.etag))
    .sort((a, b) => (a.entry.etag < b.entry.etag ? -1 : 1));
  if (open.length === 0) return { many: new Set(), never: new Set() };
  const asked = open.map(({ entry }) => {
    const content = provisionalId(entry);
    const begin = content.slice(0, content.lastIndexOf(":"));
    return [content, `${begin}:`, `${begin};`];
  });
  const cells = yield* fetch<[number, number | boolean]>(
    `select json_group_array(json_array(asked.key,
       ${seenOther("prewarm_aliases", "provisional")} or ${seenOther("media_cache", "sha256")})) as page
     from json_each(:asked) asked where ${SEEN}`,
    { asked: JSON.stringify(asked) },
  );
  const many = new Set(cells.flatMap(([at, isOther]) => (isOther ? (open[at] ?? []) : [])));
  const seen = new Set(cells.map(([at]) => at));
  return { many, never: new Set(open.filter((_, at) => !seen.has(at))) };
}
