import { isMediaKind } from "../domain/media.ts";
import { type KindRow, pick } from "../ids/pick.ts";
import type { LedgerRow } from "../ledgers/columns.ts";

/** Bytes of a key at most (developers.cloudflare.com/kv/platform/limits). */
const KEY_BYTES = 512;

/** A pair as `wrangler kv bulk put` takes it (developers.cloudflare.com/kv/api/write-key-value-pairs): both are texts. */
export interface KvPair {
  readonly key: string;
  readonly value: string;
}

/**
 * Makes the pairs of rows that come ordered by key and bot: one a bot and key, `<bot>:<key>`, whose value is the JSON
 * `{"file_id","kind","weak"}` that a lookup without a kind returns. Dead ids are left out, and so are keys that Workers KV does not
 * take, which `onTooLong` is told of.
 */
export class KvPairs {
  readonly #onTooLong: (key: string) => void;
  #group: LedgerRow[] = [];

  constructor(onTooLong: (key: string) => void) {
    this.#onTooLong = onTooLong;
  }

  /** Takes rows and returns the pairs that are complete. */
  add(rows: readonly LedgerRow[]): KvPair[] {
    const pairs: KvPair[] = [];
    for (const row of rows) {
      const [first] = this.#group;
      if (first && (first.key !== row.key || first.bot !== row.bot)) pairs.push(...this.end());
      if (row.key !== null && row.bot !== null) this.#group.push(row);
    }
    return pairs;
  }

  /** Returns the last pair. */
  end(): KvPair[] {
    const [row] = this.#group;
    const id = pick(this.#group.flatMap(kindRow), { key: row?.key ?? "" });
    this.#group = [];
    if (!row || id === null) return [];
    const key = `${row.bot}:${row.key}`;
    if (Buffer.byteLength(key) > KEY_BYTES) {
      this.#onTooLong(row.key ?? "");
      return [];
    }
    return [{ key, value: JSON.stringify({ file_id: id.fileId, kind: id.kind, weak: id.weak }) }];
  }
}

function kindRow({ kind, status, file_id, weak, dead_at, error_reason }: LedgerRow): KindRow[] {
  const fileId = dead_at === null ? file_id : null;
  return isMediaKind(kind)
    ? [{ kind, status: status ?? "", fileId, weak: weak === true, reason: error_reason }]
    : [];
}
