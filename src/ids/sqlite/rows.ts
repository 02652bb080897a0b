import type { MediaKind } from "../../domain/media.ts";
import { LedgerError } from "../../ledgers/error.ts";
import { fileId, isWeak } from "../../ledgers/sql/rows.ts";
import type { Sqlite } from "../../ledgers/sqlite/adapter.ts";
import { readAs } from "../../ledgers/sqlite/reading.ts";
import type { KindRow } from "../pick.ts";

/** The rows of a bot and key. */
export interface RowsOfKey {
  /** Slug of the bot that was asked for, or of the one that is meant where none was. */
  readonly bot: string;
  readonly rows: readonly KindRow[];
}

interface Cells {
  readonly bot: string;
  readonly kind: MediaKind;
  readonly status: string;
  readonly fileId: string | null;
  readonly weak: number;
  readonly reason: string | null;
}

/** The bot that is meant where none is named: the only one that a ledger has rows of, else this. */
export const USUAL_BOT = "default";

/** Milliseconds after which it is looked again which columns there are: the next version of prewarm may have added some. */
const COLUMNS_MS = 1_000;

/** Reads a ledger's rows by key, in a database of any version. Methods throw LedgerError. */
export class LedgerRows {
  readonly #now = () => performance.now();
  #db: Sqlite | null = null;
  #sql = { ofKey: "", onlyBot: "", others: "" };
  #readAt = 0;

  /** Returns what a ledger has of this key, a row a kind, for this bot or the one that is meant. */
  ofKey(db: Sqlite, key: string, bot: string | undefined): RowsOfKey {
    this.#look(db);
    const rows = db.all<Cells>(this.#sql.ofKey, { key, bot });
    return {
      bot: bot ?? rows[0]?.bot ?? this.bot(db),
      rows: rows.map(({ kind, status, fileId, weak, reason }) => ({
        kind,
        status,
        fileId,
        weak: weak === 1,
        reason,
      })),
    };
  }

  /** Returns the bot that is meant where none is named. */
  bot(db: Sqlite): string {
    this.#look(db);
    return db.one<{ bot: string }>(this.#sql.onlyBot)?.bot ?? USUAL_BOT;
  }

  /** Returns the first and the last of the bots that there are rows of; none where this one is among them. */
  others(db: Sqlite, bot: string): readonly string[] {
    this.#look(db);
    return db.all<{ bot: string }>(this.#sql.others, { bot }).map((row) => row.bot);
  }

  #look(db: Sqlite): void {
    const now = this.#now();
    if (db === this.#db && now - this.#readAt < COLUMNS_MS) return;
    this.#sql = statements(db);
    this.#db = db;
    this.#readAt = now;
  }
}

function statements(db: Sqlite): { ofKey: string; onlyBot: string; others: string } {
  const [store, cache] = [readAs(db, "media_store"), readAs(db, "media_cache")];
  if (store.endsWith("where 0)") && cache.endsWith("where 0)"))
    throw new LedgerError(`${db.place} holds no ledger: name the right file`, 2, { fault: "no_ledger" });
  const ends = `select min(bot_slug) as bot from ${cache} union all select max(bot_slug) from ${cache}`;
  const onlyBot = `coalesce((select iif(min(bot) = max(bot), min(bot), null) from (${ends})), '${USUAL_BOT}')`;
  return {
    onlyBot: `select ${onlyBot} as bot`,
    others: `select distinct bot from (${ends}) where bot is not null
      and not exists (select 1 from ${cache} where bot_slug = :bot)`,
    ofKey: `select c.bot_slug as bot, c.kind, c.status, ${fileId("c")} as fileId, ${isWeak("c")} as weak,
        c.error_reason as reason
      from ${store} s join ${cache} c on c.sha256 = s.sha256
      where s.r2_key = :key and c.bot_slug = coalesce(:bot, ${onlyBot})`,
  };
}
