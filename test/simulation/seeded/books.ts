/** The tables of a ledger, as those see them who hold it against the truth. */
export interface Tables {
  /** All that was written is durable up to this commit. */
  readonly commits: number;
  readonly durable: number;
  /** Rises with each write to this table that may have changed it. */
  versionOf(table: string): number;
  rows(sql: string): readonly Record<string, unknown>[];
}

/** An attempt as the ledger has it. */
export interface AttemptRow {
  readonly id: number;
  readonly bot: string;
  readonly key: string;
  readonly etag: string;
  readonly content: string;
  readonly kind: string;
  readonly owner: string;
  readonly state: string;
  readonly why: string | null;
  readonly tag: string | null;
  readonly chat: string | null;
  readonly message: number | null;
  /** The message of several media that it was to be in; null for one of its own. */
  readonly pack: string | null;
  readonly purpose: string | null;
}

/** What the ledger holds for proved. */
export interface ProofRow {
  readonly bot: string;
  readonly scope: string;
  readonly what: string;
  readonly result: string;
  readonly evidence: string;
  readonly at: number;
}

/** An object that is still under way, and how. */
interface LeftRow {
  readonly what: string;
  readonly key: string;
  readonly etag: string;
}

/** A row that has an id. */
export interface ReadyRow {
  readonly bot: string;
  readonly content: string;
  readonly kind: string;
  readonly id: string;
  readonly weak: number | null;
  readonly chat: string;
  readonly message: number;
  readonly at: string;
}

/** How a row stands. */
export interface StatusRow {
  readonly bot: string;
  readonly content: string;
  readonly kind: string;
  readonly status: string;
  readonly weak: number | boolean | null;
  readonly dead: number | boolean;
}

/** Of each attempt how it stands, and the command of who made it as its owner. */
export const ATTEMPTS = `
  select id, bot_slug as bot, r2_key as key, r2_etag as etag, sha256 as content, kind, rtrim(owner, ' 0123456789') as owner, state, error_reason as why, tag,
    warmup_chat_id as chat, message_id as message, pack_id as pack, purpose from prewarm_attempts order by id`;
const READY = `
  select bot_slug as bot, sha256 as content, kind, tg_file_id as id, weak, warmup_chat_id as chat,
    warmup_message_id as message, warmup_at as at from media_cache where status = 'ready' and tg_file_id is not null`;
const STATUS =
  "select bot_slug as bot, sha256 as content, kind, status, weak, dead_at is not null as dead from media_cache";
const PROOFS = "select bot_slug as bot, scope, what, result, evidence, at from prewarm_proofs";
const STORED = "select r2_key as key, r2_etag as etag from media_store";
const LOOKS = "select bot_slug as bot, message_id as message, state from prewarm_looks";
const LEFT = `
  select 'sending' as what, r2_key as key, r2_etag as etag from prewarm_attempts where state = 'sending'
  union all select 'warming', s.r2_key, s.r2_etag from media_cache c join media_store s on s.sha256 = c.sha256
    where c.status = 'warming' and c.kind = s.kind
  union all select 'warming', a.r2_key, a.r2_etag from media_cache c join prewarm_attempts a on a.sha256 = c.sha256
    and a.bot_slug = c.bot_slug and a.kind = c.kind where c.status = 'warming'`;

/** All that is asked of the tables. */
export const QUESTIONS = [ATTEMPTS, READY, STATUS, PROOFS, STORED, LOOKS, LEFT] as const;

const UNANSWERED = ["unknown", "unchecked"];
/** An id that came among others may wait to be tried, and may turn out to serve nothing else. */
const OWNING = ["sending", "ready", "unproved", "discarded", ...UNANSWERED];
const LOOKING = "prewarm only";
export const FORCING = "prewarm force";
/** By these people ask for calls to be made again. */
export const ASKED: readonly string[] = [LOOKING, FORCING];

/** What the ledger says, for whoever holds it against the truth. Its tables are read again only where they were written to. */
export class Books {
  /** Attempts after which it was sent again without a look, so that both may be there. */
  readonly #unchecked = new Set<number>();
  readonly #disk: Tables;
  #parts: Readonly<Record<"all" | "attempts" | "canaries", readonly AttemptRow[]>> = {
    all: [],
    attempts: [],
    canaries: [],
  };
  readonly #read = new Map<string, { readonly version: number; readonly rows: readonly unknown[] }>();

  constructor(disk: Tables) {
    this.#disk = disk;
  }

  /** Those of objects; ids are tried by attempts of none, which are {@link canaries}. */
  get attempts(): readonly AttemptRow[] {
    return this.#split().attempts;
  }

  get canaries(): readonly AttemptRow[] {
    return this.#split().canaries;
  }

  get proofs(): readonly ProofRow[] {
    return this.#rows<ProofRow>("prewarm_proofs", PROOFS);
  }

  get ready(): readonly ReadyRow[] {
    return this.#rows<ReadyRow>("media_cache", READY);
  }

  /** The ETag of what a key points at. */
  etagOf(key: string): string | undefined {
    return this.#rows<{ key: string; etag: string }>("media_store", STORED).find((row) => row.key === key)
      ?.etag;
  }

  /** How the row of an attempt stands. */
  statusOf({ bot, content, kind }: AttemptRow): string | undefined {
    const isIts = (row: StatusRow) => row.bot === bot && row.content === content && row.kind === kind;
    return this.statuses.find(isIts)?.status;
  }

  get statuses(): readonly StatusRow[] {
    return this.#rows<StatusRow>("media_cache", STATUS);
  }

  /** Whether this look is written down, as one that is not over; or, where that is enough, as one that was. */
  isAsking(bot: string, message: number, orWas: boolean): boolean {
    const rows = this.#rows<{ bot: string; message: number; state: string }>("prewarm_looks", LOOKS);
    return rows.some(
      (row) => row.bot === bot && row.message === message && (orWas || row.state === "asking"),
    );
  }

  /** What is still under way. */
  get left(): readonly LeftRow[] {
    return this.#disk.rows(LEFT) as unknown as LeftRow[];
  }

  /** How many rows are in doubt. */
  get doubts(): number {
    return this.statuses.filter(({ status }) => status === "unknown").length;
  }

  /** Attempts of one object that were confirmed twice unasked. */
  twice(): string[] {
    for (const { id, state } of this.attempts) if (state === "unchecked") this.#unchecked.add(id);
    const confirmed = this.attempts.filter(
      ({ id, state, owner }) => state === "ready" && owner !== FORCING && !this.#unchecked.has(id),
    );
    return [...countBy(confirmed, sortOf)].flatMap(([name, n]) => (n > 1 ? [`${name}, ${n} times`] : []));
  }

  /** Calls under way for what is in doubt, unasked. */
  resent(): AttemptRow[] {
    return this.attempts.filter((call) => {
      if (call.state !== "sending" || ASKED.includes(call.owner)) return false;
      const same = this.attempts.filter((each) => sortOf(each) === sortOf(call));
      const isOf = ({ bot, kind, content }: AttemptRow) =>
        bot === call.bot && kind === call.kind && content === call.content;
      // Also for another key with the same content.
      const asks = this.attempts.filter((each) => same.includes(each) || isOf(each));
      const asked = Math.max(0, ...asks.filter(({ owner }) => ASKED.includes(owner)).map(({ id }) => id));
      return same.some(({ id, state }) => UNANSWERED.includes(state) && id >= asked);
    });
  }

  /** Calls under way for what was to be looked for first, although not every call for it was decided. Who forces it wants no look. */
  unlooked(): AttemptRow[] {
    return this.attempts.filter((call) => {
      if (call.state !== "sending" || call.owner !== LOOKING) return false;
      const { bot, content, kind } = call;
      const same = this.attempts.filter(
        (each) => each.bot === bot && each.content === content && each.kind === kind,
      );
      const forced = Math.max(0, ...same.filter(({ owner }) => owner === FORCING).map(({ id }) => id));
      return same.some(({ id, state }) => state === "unknown" && id > forced);
    });
  }

  /** Calls under way for a key as another kind than its own. */
  asOther(): AttemptRow[] {
    return this.attempts.filter(({ state, key, kind }) => state === "sending" && kind !== kindOf(key));
  }

  /** How many attempts own up to a post, by bot and ETag. */
  owned(): ReadonlyMap<string, number> {
    const owning = this.attempts.filter(({ state }) => OWNING.includes(state));
    return countBy(owning, ({ bot, etag }) => `${bot} ${etag}`);
  }

  #split() {
    const all = this.#rows<AttemptRow>("prewarm_attempts", ATTEMPTS);
    if (this.#parts.all === all) return this.#parts;
    const canaries = all.filter(({ purpose }) => purpose === "canary");
    const attempts = canaries.length === 0 ? all : all.filter(({ purpose }) => purpose !== "canary");
    this.#parts = { all, attempts, canaries };
    return this.#parts;
  }

  #rows<Row>(table: string, sql: string): readonly Row[] {
    const version = this.#disk.versionOf(table);
    const known = this.#read.get(sql);
    if (known?.version === version) return known.rows as readonly Row[];
    const rows = this.#disk.rows(sql);
    this.#read.set(sql, { version, rows });
    return rows as unknown as readonly Row[];
  }
}

/** Also once it was decided that it is sent again without a look. */
export function isUnanswered({ state }: AttemptRow): boolean {
  return UNANSWERED.includes(state);
}

function sortOf({ bot, etag, kind }: AttemptRow): string {
  return `${bot} ${etag} ${kind}`;
}

function kindOf(key: string): string {
  if (key.endsWith(".jpg")) return "photo";
  return key.endsWith(".mp4") ? "video" : "document";
}

function countBy<T>(list: readonly T[], nameOf: (each: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const each of list) counts.set(nameOf(each), (counts.get(nameOf(each)) ?? 0) + 1);
  return counts;
}
