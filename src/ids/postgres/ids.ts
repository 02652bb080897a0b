import type { RowOfLookup } from "../../ledgers/lookup-rows.ts";
import { openPostgresReader } from "../../ledgers/postgres-reader.ts";
import type { LedgerReader } from "../../ledgers/reader.ts";
import { type KindRow, pick } from "../pick.ts";
import type { IdDesk, IdQuery, Ids, ReportsTaken, WarmId } from "../port.ts";

interface PostgresIdsOptions {
  readonly url: string;
  /** Slug of the bot that is meant where a query names none. */
  readonly bot: string | undefined;
}

/** The bot that is meant where none is named, and there are several. */
const USUAL_BOT = "default";

/**
 * The ids of a ledger in PostgreSQL, read when they are asked for. What bots report is not kept there yet: `report` takes it and
 * does nothing, since whoever sends goes on without.
 */
export class PostgresIds implements IdDesk {
  readonly #options: PostgresIdsOptions;
  #reader: Promise<LedgerReader> | null = null;

  constructor(options: PostgresIdsOptions) {
    this.#options = options;
  }

  async fileId(query: IdQuery): Promise<WarmId | null> {
    const reader = await this.#open();
    const rows = (await reader.ofKey(query.key))?.rows ?? [];
    const bot = query.bot ?? this.#options.bot ?? (await this.#onlyBot(reader));
    return pick(rows.filter((row) => row.bot === bot).map(kindRowOf), query);
  }

  fileIds(queries: readonly IdQuery[]): Promise<(WarmId | null)[]> {
    return Promise.all(queries.map((query) => this.fileId(query)));
  }

  async report(): Promise<ReportsTaken> {
    return { ok: true, accepted: 0 };
  }

  async close(): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    await reader?.then((open) => open.close()).catch(() => {});
  }

  async #onlyBot(reader: LedgerReader): Promise<string> {
    const bots = await reader.bots();
    return bots.length === 1 ? (bots[0] ?? USUAL_BOT) : USUAL_BOT;
  }

  /** A connection that could not be made is tried again at the next question. */
  #open(): Promise<LedgerReader> {
    this.#reader ??= openPostgresReader(this.#options.url, 0);
    const opening = this.#reader;
    opening.catch(() => {
      if (this.#reader === opening) this.#reader = null;
    });
    return opening;
  }
}

/** Opens the ids of a ledger in PostgreSQL; connects when it is first asked. */
export function openPostgresIds(options: PostgresIdsOptions): Ids {
  const ids = new PostgresIds(options);
  const ask = (query: IdQuery) => ids.fileId(query);
  const fileId = (query: IdQuery) => ask(query).catch(() => null);
  return {
    ask,
    fileId,
    fileIds: (queries) =>
      Promise.all(queries.map((query) => fileId(typeof query === "string" ? { key: query } : query))),
    report: async () => {},
    close: () => ids.close(),
  };
}

/** A row as a bot is served by it. */
function kindRowOf({ kind, state, fileId, reason }: RowOfLookup): KindRow {
  const serves = state === "ready" || state === "weak";
  const asDocument = state === "as document";
  return {
    kind,
    status: serves ? "ready" : asDocument ? "error" : "warming",
    fileId: serves ? fileId : null,
    weak: state === "weak",
    reason: asDocument ? "came_back_as_document" : reason,
  };
}
