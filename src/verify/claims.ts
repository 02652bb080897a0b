import { compareKeys } from "../domain/key-order.ts";
import type { MediaKind } from "../domain/media.ts";
import type { LedgerRow, RowFilter } from "../ledgers/columns.ts";
import { claimOf, type LedgerClaim } from "./claim.ts";

/** Where claims are read from. */
export interface ClaimRows {
  /** All rows that pass, in pages, by key; all rows of a key in one page. */
  rows(filter: RowFilter): AsyncIterable<LedgerRow[]>;
}

/** Which claims are wanted. */
export interface ClaimFilter {
  /** Slugs. */
  readonly bots: readonly string[];
  /** Spellings of the prefix, `""` for all keys. */
  readonly prefixes: readonly string[];
  /** The first key; null for all from the beginning. */
  readonly from: string | null;
  /** Asked once a key. */
  readonly takesKey: (key: string) => boolean;
  /** Asked once a row that has an id. */
  readonly takesKind: (kind: MediaKind) => boolean;
}

/** A page of the ledger. */
export interface ClaimPage {
  readonly claims: readonly LedgerClaim[];
  /** Rows of it without an id that readers find. */
  readonly without: number;
  /** Keys of it, whatever the filters say. */
  readonly keys: number;
}

/** Yields what the ledger says of ids, a page after the other, in the order of keys. Memory does not grow with the ledger. */
export async function* claimPages(ledger: ClaimRows, filter: ClaimFilter): AsyncGenerator<ClaimPage> {
  for (const prefix of filter.prefixes)
    for await (const rows of ledger.rows({ bots: filter.bots, prefix })) yield pageOf(rows, filter);
}

function pageOf(rows: readonly LedgerRow[], { from, takesKey, takesKind }: ClaimFilter): ClaimPage {
  const keys = [...new Set(rows.map(({ key }) => key ?? ""))];
  const taken = new Set(
    keys.filter((key) => (from === null || compareKeys(key, from) >= 0) && takesKey(key)),
  );
  const wanted = rows.filter(({ key }) => taken.has(key ?? ""));
  const claims = wanted.map(claimOf).filter((claim) => claim !== null);
  return {
    claims: claims.filter(({ kind }) => takesKind(kind)),
    without: wanted.filter(({ bot }) => bot !== null).length - claims.length,
    keys: keys.length,
  };
}
