import type { EXPORT_COLUMNS, LedgerRow, RowFilter } from "../columns.ts";
import { type Facts, readFacts } from "./facts.ts";
import { isWeak } from "./rows.ts";
import { all, type Play } from "./steps.ts";
import { PAGE_ROWS } from "./store.ts";

/** The names of columns that tell whose ids these are: they are the same in all lines of a bot. */
type OwnerColumn = "bot_id" | "api_root" | "bucket" | "endpoint" | "sandbox";

/** SQL of all other columns, of a key `s` and a row `c`. */
const SQL: Readonly<Record<Exclude<keyof typeof EXPORT_COLUMNS, OwnerColumn>, string>> = {
  key: "s.r2_key",
  bot: "c.bot_slug",
  kind: "c.kind",
  status: "c.status",
  weak: `json(iif(c.status = 'ready' and c.tg_file_id is not null, iif(${isWeak("c")}, 'true', 'false'), null))`,
  file_id: "c.tg_file_id",
  file_unique_id: "c.tg_file_unique_id",
  chat_id: "cast(c.warmup_chat_id as text)",
  message_id: "cast(c.warmup_message_id as integer)",
  warmup_at: "c.warmup_at",
  dead_at: "c.dead_at",
  last_error: "c.last_error",
  error_class: "c.error_class",
  error_reason: "c.error_reason",
  error_settings: "c.error_settings",
  retry_count: "iif(c.status is null, null, coalesce(c.retry_count, 0))",
  next_retry_at: "c.next_retry_at",
  last_retry_at: "c.last_retry_at",
  shown_as: "c.shown_as",
  created_at: "c.created_at",
  updated_at: "c.updated_at",
  sha256: "coalesce(c.sha256, s.sha256)",
  etag: "s.r2_etag",
  bytes: "s.bytes",
  ext: "s.ext",
  mime: "s.mime",
  width: "s.width",
  height: "s.height",
  duration: "s.duration",
  object_bot: "s.bot_slug",
  object_kind: "s.kind",
  object_created_at: "s.created_at",
  object_updated_at: "s.updated_at",
};

/**
 * A row as one JSON text: moving a cell from SQLite into JavaScript costs more than finding its row, and what JSON.parse makes
 * costs less than an object that is put together member by member.
 */
const JSON_ROW = `json_object(${Object.entries(SQL)
  .map(([name, sql]) => `'${name}', ${sql}`)
  .join(", ")}) as json`;

/** SQL: `alias` was changed at `:since` or later, or when that was cannot be read. */
const isSince = (alias: string) =>
  `coalesce(unixepoch(${alias}.updated_at) >= :since, ${alias}.updated_at is not null)`;

function conditions({ bots, kind, since }: RowFilter): string {
  const wanted = [
    ...(bots ? ["c.bot_slug in (select value from json_each(:bots))"] : []),
    ...(kind === undefined ? [] : ["c.kind = :kind"]),
    ...(since === undefined ? [] : [`(${isSince("s")} or ${isSince("c")})`]),
  ];
  return wanted.length === 0 ? "1 = 1" : wanted.join(" and ");
}

function paramsOf({ bots, kind, since }: RowFilter) {
  return {
    bots: JSON.stringify(bots ?? []),
    kind,
    since: since === undefined ? undefined : Math.floor(since / 1000),
  };
}

/**
 * Yields all rows in pages, by key, bot and kind; last, where no prefix is asked for, rows whose content no key has. Each page
 * is read for itself, so that whoever writes meanwhile is not held up: what is changed meanwhile comes as it is then, each key
 * once.
 */
export async function* exportRows(play: Play, filter: RowFilter): AsyncGenerator<LedgerRow[]> {
  const owner = ownerOf(await play(readFacts));
  yield* ofKeys(play, filter, owner);
  if (filter.prefix === undefined) yield* withoutKeys(play, filter, owner);
}

async function* ofKeys(play: Play, filter: RowFilter, owner: OwnerOf): AsyncGenerator<LedgerRow[]> {
  const { prefix = "" } = filter;
  const params = { ...paramsOf(filter), prefix };
  for (let after = ""; ; ) {
    const from = after;
    const page = await play(() => all<{ key: string }>(KEYS, { after: from, prefix }));
    const last = page.findLast(({ key }) => key.startsWith(prefix))?.key;
    if (last === undefined) return;
    const rows = await play(() => all<JsonRow>(rowsOfKeys(filter), { ...params, after: from, last }));
    yield read(rows, owner);
    if (page.length < PAGE_ROWS || last !== page.at(-1)?.key) return;
    after = last;
  }
}

const KEYS = `select r2_key as key from media_store where r2_key /* by byte */ > :after and r2_key /* by byte */ >= :prefix
  order by r2_key /* by byte */ limit ${PAGE_ROWS}`;

function rowsOfKeys(filter: RowFilter): string {
  return `select ${JSON_ROW} from media_store s left join media_cache c on c.sha256 = s.sha256
    where s.r2_key /* by byte */ > :after and s.r2_key /* by byte */ >= :prefix
    and s.r2_key /* by byte */ <= :last and ${conditions(filter)}
    order by s.r2_key /* by byte */, c.bot_slug, c.kind`;
}

interface JsonRow {
  readonly json: string;
}

async function* withoutKeys(play: Play, filter: RowFilter, owner: OwnerOf): AsyncGenerator<LedgerRow[]> {
  const rows = `select c.bot_slug as bot, c.sha256 as content, c.kind as kind, ${JSON_ROW}
    from media_cache c left join media_store s on 1 = 0
    where (c.bot_slug, c.sha256, c.kind) > (:bot, :content, :after)
    and not exists (select 1 from media_store k where k.sha256 = c.sha256) and ${conditions(filter)}
    order by c.bot_slug, c.sha256, c.kind limit ${PAGE_ROWS}`;
  let from = { bot: "", content: "", kind: "" };
  while (true) {
    const { kind: after, ...place } = from;
    const page = await play(() => all<typeof from & JsonRow>(rows, { ...paramsOf(filter), ...place, after }));
    const last = page.at(-1);
    if (last === undefined) return;
    from = last;
    yield read(page, owner);
  }
}

function read(rows: readonly JsonRow[], owner: OwnerOf): LedgerRow[] {
  return rows.map(({ json }) => {
    const row = JSON.parse(json) as Pick<LedgerRow, keyof typeof SQL>;
    return Object.assign(row, owner(row.bot));
  });
}

type OwnerOf = (bot: string | null) => Pick<LedgerRow, OwnerColumn>;

/** Whose ids these are, by the slug of their bot. */
function ownerOf(facts: Facts): OwnerOf {
  const sandbox = facts.get("sandbox");
  const known = new Map<string | null, Pick<LedgerRow, OwnerColumn>>();
  return (bot) => {
    const found = known.get(bot);
    if (found) return found;
    const owner = {
      bot_id: facts.get(`bot:${bot}:id`) ?? null,
      api_root: facts.get(`bot:${bot}:api_root`) ?? null,
      bucket: facts.get("bucket_name") ?? null,
      endpoint: facts.get("bucket_endpoint") ?? null,
      sandbox: sandbox === undefined ? null : sandbox === "1",
    };
    known.set(bot, owner);
    return owner;
  };
}
