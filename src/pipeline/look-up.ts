import { isProvisional } from "../domain/content.ts";
import { statedHash, withoutStatedHash } from "../domain/stated.ts";
import type { Task } from "../domain/task.ts";
import type { Found, Ledger, Query } from "../ledgers/port.ts";

/** What the ledger knows of an object, and whether that has to be read to be sure. */
export type Looked = Found & { readonly read?: Task["read"] };

/**
 * Asks the ledger, which believes a SHA-256, without what is only stated: an object is known by its key, or by its ETag and
 * size. A stated SHA-256 says that the object should be read, where it is that of content which is ready (under another key, then)
 * or not the one that was read of it. `again`: what is ready is sent again.
 */
export async function lookUp(
  ledger: Ledger,
  queries: readonly Query[],
  { again }: { readonly again: boolean },
): Promise<Looked[]> {
  if (!queries.some(({ entry }) => statedHash(entry) !== null)) return ledger.lookup(queries, again);
  const found = await ledger.lookup(
    queries.map((query) =>
      statedHash(query.entry) === null ? query : { ...query, entry: withoutStatedHash(query.entry) },
    ),
    again,
  );
  const stated = queries.filter(({ entry }, at) => statedHash(entry) !== null && found[at]?.state === "none");
  const claimed = stated.length === 0 ? [] : await ledger.lookup(stated);
  const isClaimed = new Set(
    stated.filter(({ entry }, at) => {
      const claim = claimed[at];
      return claim?.content === entry.sha256 && claim?.stored;
    }),
  );
  return found.map((each, at) => {
    const query = queries[at];
    if (query && isRefuted(query, each)) return { ...UNKNOWN, content: each.content, read: "only" };
    return query && isClaimed.has(query) ? { ...each, read: "rather" } : each;
  });
}

const UNKNOWN = { state: "none", keyKnown: false, stored: null, error: null } as const;

function isRefuted({ entry }: Query, { content }: Found): boolean {
  const stated = statedHash(entry);
  return stated !== null && !isProvisional(content) && content !== stated;
}
