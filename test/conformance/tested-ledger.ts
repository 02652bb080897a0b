import { afterEach, beforeEach } from "vitest";
import { provisionalId } from "../../src/domain/content.ts";
import { type Failure, failure } from "../../src/domain/failure.ts";
import type { MediaKind } from "../../src/domain/media.ts";
import type { KnownEntry } from "../../src/domain/task.ts";
import type { AttemptFacts, AttemptId, Confirmation, Found, Ledger } from "../../src/ledgers/port.ts";
import { etagOf } from "../helpers/etag.ts";

export type Row = Record<string, string | number | null>;

/** A ledger on an empty database of its own, and a way in beside it: what readers and other programs have. */
export interface LedgerUnderTest {
  readonly ledger: Ledger;
  sql(statement: string): Promise<Row[]>;
  /** Makes the calls that are under way those of a process that died; without it they are taken for that. */
  abandon?(): Promise<void>;
  /** Moments are types of their own, so that nothing else can stand there. */
  readonly typedTimes?: boolean;
  /** Closes everything and leaves nothing behind. */
  dispose(): Promise<void>;
}

/** `now` is Unix milliseconds. */
export type OpenLedger = (options: { now: () => number }) => Promise<LedgerUnderTest>;

export const SHA_A = "a".repeat(64);
export const SHA_B = "b".repeat(64);

/** A ledger for each test, with a clock that tests set, and the shortest words for what is done to it. */
export class TestedLedger {
  now = Date.UTC(2026, 0, 31, 12, 30, 5);
  #under: LedgerUnderTest | undefined;

  constructor(open: OpenLedger) {
    beforeEach(async () => {
      this.now = Date.UTC(2026, 0, 31, 12, 30, 5);
      this.#under = await open({ now: () => this.now });
    });
    afterEach(async () => {
      await this.#under?.dispose();
    });
  }

  get ledger(): Ledger {
    return this.#current().ledger;
  }

  sql(statement: string): Promise<Row[]> {
    return this.#current().sql(statement);
  }

  /** Other programs can write what is no moment. */
  get takesAnyTime(): boolean {
    return this.#current().typedTimes !== true;
  }

  /** Recovers as the process after one that died. */
  async recover(): Promise<number> {
    await this.#current().abandon?.();
    return this.ledger.recover();
  }

  async find(entry: KnownEntry, bot = "default", kind: MediaKind = "photo"): Promise<Found> {
    const [found] = await this.ledger.lookup([{ bot, kind, entry }]);
    if (!found) throw new Error("no answer");
    return found;
  }

  begin(entry: KnownEntry, more: Partial<AttemptFacts> = {}): Promise<AttemptId> {
    return this.ledger.begin(facts(entry, more));
  }

  /** Begins and confirms; answers the id. */
  async warm(
    entry: KnownEntry,
    more: Partial<AttemptFacts> & { confirmed?: Partial<Confirmation>; fileId?: string } = {},
  ): Promise<string> {
    const { confirmed, fileId, ...begun } = more;
    const attempt = await this.begin(entry, begun);
    const asked = facts(entry, begun);
    const id = fileId ?? `id-${asked.bot}-${entry.key}-${String(attempt)}`;
    await this.ledger.confirm(attempt, confirmation(asked, id, confirmed));
    return id;
  }

  async fails(
    entry: KnownEntry,
    why: Failure = failure("photo_dimensions", "too long"),
    more: Partial<AttemptFacts> = {},
  ) {
    const attempt = await this.begin(entry, more);
    await this.ledger.fail(attempt, facts(entry, more), why);
  }

  async doubts(entry: KnownEntry, more: Partial<AttemptFacts> = {}) {
    const attempt = await this.begin(entry, more);
    await this.ledger.doubt(attempt, failure("answer_lost", "the answer never came"));
    return attempt;
  }

  /** What the send path of a bot does: key, joined to the row by content and kind. */
  async readerFinds(key: string, bot = "default"): Promise<string | null> {
    const rows = await this.sql(
      `select c.tg_file_id from media_store s join media_cache c on c.sha256 = s.sha256 and c.kind = s.kind
       where s.r2_key = '${key}' and c.bot_slug = '${bot}' and c.status = 'ready' and c.dead_at is null`,
    );
    return rows.length === 1 ? String(rows[0]?.tg_file_id) : null;
  }

  /** State, or `null`, of the row of (bot, content, kind). */
  async status(content: string, bot = "default", kind: MediaKind = "photo"): Promise<unknown> {
    const rows = await this.sql(
      `select status from media_cache where bot_slug = '${bot}' and sha256 = '${content}' and kind = '${kind}'`,
    );
    return rows[0]?.status ?? null;
  }

  #current(): LedgerUnderTest {
    if (!this.#under) throw new Error("no ledger is open");
    return this.#under;
  }
}

export function object(key: string, more: Partial<KnownEntry> = {}): KnownEntry {
  return { key, bytes: 1000, etag: etagOf(`e-${key}`), ...more };
}

export function facts(entry: KnownEntry, more: Partial<AttemptFacts> = {}): AttemptFacts {
  return {
    bot: "default",
    kind: "photo",
    content: entry.sha256 ?? provisionalId(entry),
    entry,
    chatId: "-1001",
    settings: "s1",
    tag: null,
    ...more,
  };
}

export function confirmation(
  { bot, kind, content }: AttemptFacts,
  fileId: string,
  more: Partial<Confirmation> = {},
): Confirmation {
  return {
    content,
    stored: { fileId, fileUniqueId: `AQAD${fileId}`, chatId: "-1001", messageId: 7, kind, weak: false },
    asked: null,
    replace: false,
    mime: null,
    width: null,
    height: null,
    duration: null,
    bots: [bot],
    ...more,
  };
}

/** A photo that came back as a document. */
export function asDocument(fileId: string): Partial<Confirmation> {
  return {
    stored: {
      fileId,
      fileUniqueId: `AQAD${fileId}`,
      chatId: "-1001",
      messageId: 8,
      kind: "document",
      weak: true,
    },
    asked: {
      kind: "photo",
      failure: failure("came_back_as_document", "Telegram made a document of it"),
    },
  };
}
