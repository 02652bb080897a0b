import { namesContent, provisionalId } from "../../domain/content.ts";
import type { Query } from "../port.ts";
import { fetch } from "./fetch.ts";
import type { Steps } from "./steps.ts";

/** SQL: content was stored under the ETag of `asked` with another size. Both indexes are read at one place. */
function hasOtherSize(table: string, column: string): string {
  return `exists (select 1 from ${table} t where t.${column} /* by byte */ > asked.value ->> 1 and t.${column} /* by byte */ < asked.value ->> 2
    and t.${column} <> asked.value ->> 0)`;
}

/** Returns the queries by ETag and size whose ETag the ledger has seen with another size. */
export function* withManySizes(page: readonly Query[]): Steps<Set<Query>> {
  const open = page.filter(({ entry }) => entry.sha256 === undefined && namesContent(entry.etag));
  if (open.length === 0) return new Set();
  const asked = open.map(({ entry }) => {
    const content = provisionalId(entry);
    const begin = content.slice(0, content.lastIndexOf(":"));
    return [content, `${begin}:`, `${begin};`];
  });
  const cells = yield* fetch<[number]>(
    `select json_group_array(json_array(asked.key)) as page from json_each(:asked) asked
     where ${hasOtherSize("prewarm_aliases", "provisional")} or ${hasOtherSize("media_cache", "sha256")}`,
    { asked: JSON.stringify(asked) },
  );
  return new Set(cells.flatMap(([at]) => open[at] ?? []));
}
