import type { BotApiServer } from "../../src/sandbox/bot-api/server.ts";
import type { TruthRow } from "../../src/sandbox/bot-api/truth.ts";
import type { HeldBucket } from "./held-bucket.ts";
import type { LedgerReader, LedgerRow } from "./ledger-reader.ts";
import type { WireProxy } from "./wire-proxy.ts";

/** What the far ends know. */
interface Known {
  readonly botApi: BotApiServer;
  readonly bucket: HeldBucket;
}

/** States of an attempt whose message may be there although nobody has its id. */
const DOUBTED: readonly unknown[] = ["unknown", "unchecked", "unproved", "discarded"];
/** Real milliseconds: what was on its way when a wait was told, on a busy machine. */
export const UNDER_WAY_MS = 300;

/** Messages that brought media, as the sandbox has them. */
export function postsOf({ botApi }: Known): TruthRow[] {
  return botApi.truth().filter(({ transfer }) => transfer === "url" || transfer === "upload");
}

/** Contents that have an id now, by what the sandbox knows of the id; and ids of which it knows nothing. */
export async function readyContents(ends: Known, ledger: LedgerReader): Promise<Set<string>> {
  const contents = new Map(ends.botApi.truth().map(({ file_id, sha256 }) => [file_id, sha256]));
  const rows = await ledger.rows(
    "select tg_file_id as id from media_cache where status = 'ready' and tg_file_id is not null",
  );
  return new Set(rows.map(({ id }) => contents.get(String(id)) ?? `an id of nobody: ${id}`));
}

/**
 * What was not as promised in the ledger, by the truth of the sandbox. `isOver`: nothing that died is still to be found by the
 * next process.
 */
export async function wrongsOfLedger(ends: Known, ledger: LedgerReader, isOver: boolean): Promise<string[]> {
  const attempts = await ledger.rows("select * from prewarm_attempts order by id");
  const posts = postsOf(ends);
  return [
    ...confirmedTwice(posts, attempts, ends.bucket.everHeld),
    ...unexplained(posts, attempts, isOver ? DOUBTED : [...DOUBTED, "sending"]),
    ...(await wrongIds(ends, ledger)),
  ];
}

const placeOf = (chat: unknown, message: unknown, index: unknown) =>
  `${chat} ${message} ${index === null || index === undefined ? "" : index}`;

/**
 * A content as a kind by two attempts. By URL Telegram may fetch what took an object's place after it was listed, which of a photo nobody
 * can see: then the ledger has it by the ETag of before, and once more by its own.
 */
function confirmedTwice(
  posts: readonly TruthRow[],
  attempts: readonly LedgerRow[],
  everHeld: HeldBucket["everHeld"],
): string[] {
  const byPlace = new Map(
    posts.map((post) => [placeOf(post.chat_id, post.message_id, post.pack_index), post]),
  );
  const seen = new Map<string, unknown>();
  return attempts.flatMap((row) => {
    if (row.state !== "ready" || row.message_id === null || row.purpose !== null) return [];
    const post = byPlace.get(placeOf(row.warmup_chat_id, row.message_id, row.pack_index));
    if (post === undefined)
      return [`attempt ${row.id} of ${row.r2_key} is ready by a message that is not there`];
    const isReplaced = (everHeld.get(String(row.r2_key))?.size ?? 0) > 1 && post.transfer === "url";
    const name = `${post.sha256} of ${row.bot_slug} as ${post.kind}${isReplaced ? ` by ETag ${row.r2_etag}` : ""}`;
    const before = seen.get(name);
    seen.set(name, row.id);
    return before === undefined
      ? []
      : [`confirmed twice: ${name} of ${row.r2_key}, by attempts ${before} and ${row.id}`];
  });
}

/** Each message carries the tag of its attempt, which has to say that it is there, or may be. */
function unexplained(
  posts: readonly TruthRow[],
  attempts: readonly LedgerRow[],
  doubted: readonly unknown[],
): string[] {
  const byTag = new Map(
    attempts.flatMap((row) => (row.tag === null ? [] : [[String(row.tag), row] as const])),
  );
  return posts.flatMap((post) => {
    const tag = /[a-z]{10}/i.exec(post.caption ?? "")?.[0] ?? "";
    const what = `message ${post.message_id} of ${post.chat_id} (${post.file_name})`;
    const row = byTag.get(tag);
    if (row === undefined) return [`${what} with caption ${post.caption} is of no attempt`];
    const isThere = row.state === "ready" && Number(row.message_id) === post.message_id;
    // Telegram fetched what took the object's place meanwhile; its id was not kept.
    const isOther = row.state === "failed" && row.error_reason === "object_changed";
    if (isThere || isOther || doubted.includes(row.state)) return [];
    return [
      `${what} was posted, and its attempt ${row.id} of ${row.r2_key} is ${row.state} ${row.error_reason ?? ""}`,
    ];
  });
}

/** An id is of a content that its key held. */
async function wrongIds(ends: Known, ledger: LedgerReader): Promise<string[]> {
  const contents = new Map(ends.botApi.truth().map(({ file_id, sha256 }) => [file_id, sha256]));
  const rows = await ledger.rows(
    "select s.r2_key as key, c.tg_file_id as id from media_cache c join media_store s on s.sha256 = c.sha256 where c.status = 'ready'",
  );
  return rows.flatMap(({ key, id }) => {
    const content = contents.get(String(id));
    if (content === undefined || content === null) return [`${key} has an id that nobody gave`];
    return ends.bucket.everHeld.get(String(key))?.has(content) ? [] : [`${key} has the id of another object`];
  });
}

/** No request for a chat comes between the moment at which a wait for it was told and its end. */
export function tooEarly({ waits, requests }: WireProxy, timeScale: number): string[] {
  return waits.flatMap(({ at, chat, seconds }) => {
    const until = at + (seconds * 1_000) / timeScale;
    const early = requests.filter(
      (request) =>
        request.chat === chat &&
        /^send/.test(request.method) &&
        request.at > at + UNDER_WAY_MS &&
        request.at < until - 5,
    );
    return early.map(
      (request) => `${chat} was called ${until - request.at} ms too early (${request.method})`,
    );
  });
}

/** Keys of the bucket that are not ready by an id of what they hold now. */
export async function notReady(ends: Known, ledger: LedgerReader): Promise<string[]> {
  const contents = new Map(ends.botApi.truth().map(({ file_id, sha256 }) => [file_id, sha256]));
  const rows = await ledger.rows(
    `select s.r2_key as key, c.status, c.tg_file_id as id, c.error_reason as reason, c.last_error as error
     from media_store s left join media_cache c on s.sha256 = c.sha256`,
  );
  return [...ends.bucket.held].flatMap(([key, sha256]) => {
    const its = rows.filter((row) => row.key === key);
    if (its.some(({ status, id }) => status === "ready" && contents.get(String(id)) === sha256)) return [];
    return [`${key} is not ready: ${JSON.stringify(its)}`];
  });
}
