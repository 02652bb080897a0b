import type { Post } from "./telegram.ts";
import { DocumentedWindows } from "./windows.ts";
import type { SeenCall, ToldWait } from "./wire.ts";
import type { World } from "./world.ts";

/** Milliseconds within which a process that died may not have written down what it was told. */
const UNWRITTEN_MS = 3_000;

/** Objects read ahead at most for each that is sent at a time. */
const READ_AHEAD = 4;

const READY = `
  select bot_slug as bot, sha256 as content, kind, tg_file_id as id, weak, warmup_chat_id as chat,
    warmup_message_id as message, warmup_at as at from media_cache where status = 'ready' and tg_file_id is not null`;
const TWICE = `
  select bot_slug, r2_etag, kind, count(*) as n from prewarm_attempts where state = 'ready' and owner <> 'prewarm force'
    and id not in (select value from json_each(?1))
  group by 1, 2, 3 having n > 1`;
/** Calls after which it was sent again without a look, so that both may be there. */
const UNCHECKED = "select id from prewarm_attempts where state = 'unchecked'";
const OWNED = `
  select bot_slug as bot, r2_etag as etag, count(*) as n from prewarm_attempts
  where state in ('sending', 'unknown', 'unchecked', 'ready') group by 1, 2`;
const RESENT = `
  select a.bot_slug, a.r2_key, a.owner from prewarm_attempts a where a.state = 'sending' and a.owner not in ('prewarm only', 'prewarm force')
    and exists (select 1 from prewarm_attempts u where u.state in ('unknown', 'unchecked') and u.bot_slug = a.bot_slug
      and u.r2_etag = a.r2_etag and u.kind = a.kind and not exists (select 1 from prewarm_attempts o
        where o.owner in ('prewarm only', 'prewarm force') and o.id > u.id and o.bot_slug = u.bot_slug
          and o.r2_etag = u.r2_etag and o.kind = u.kind))`;
const LOOK =
  "select 1 from prewarm_looks where state = 'asking' and bot_slug = ?1 and message_id = ?2 limit 1";
const AS_OTHER = `
  select r2_key as key, kind from prewarm_attempts where state = 'sending'
    and kind <> case substr(r2_key, -4) when '.jpg' then 'photo' when '.mp4' then 'video' else 'document' end`;
/** A call that fetches by a key is about the object that was there when it was begun. */
const ASKED_FOR = "select r2_etag as etag from prewarm_attempts where tag = ?1";

type Row = Readonly<Record<string, string | number | null>>;

interface ReadyId {
  readonly id: string;
  readonly isWeak: boolean;
  /** When it was confirmed, as the ledger has it. */
  readonly at: string;
}

/** Holds the ledger against the truth, after each step and at the end. What is wrong is said in words, once. */
export class Judge {
  readonly wrongs: string[] = [];
  readonly #world: World;
  readonly #slugs: ReadonlyMap<string, string>;
  readonly #posts = new Map<string, Post>();
  /** Ids that were ready, by whom and what they show. */
  readonly #ready = new Map<string, ReadyId>();
  /** Of each of these names, when the first weak one was confirmed. */
  readonly #weakSince = new Map<string, string>();
  /** Contents that were changed between a look and a fetch by Telegram, which nobody can know. */
  readonly #swapped = new Set<string>();
  /** Attempts after which it was sent again without a look. */
  readonly #unchecked = new Set<number>();
  readonly #windows: DocumentedWindows;
  #commits = -1;
  /** Ids that are ready, and not durable yet. */
  #now: ReadonlyMap<string, ReadyId> = new Map();
  #seenPosts = 0;
  #seenCalls = 0;

  constructor(world: World) {
    this.#world = world;
    this.#slugs = new Map(world.scenario.bots.map(({ id, slug }) => [id, slug]));
    this.#windows = new DocumentedWindows(world.scenario);
  }

  /** After a step. */
  look(): void {
    const { wires, telegram, disk } = this.#world;
    for (const [at, call] of wires.calls.slice(this.#seenCalls).entries())
      this.#call(call, wires.calls.slice(0, this.#seenCalls + at));
    this.#seenCalls = wires.calls.length;
    const news = telegram.posts.slice(this.#seenPosts);
    for (const post of news) this.#post(post);
    this.#seenPosts = telegram.posts.length;
    if (news.length > 0 || disk.commits !== this.#commits) {
      this.#commits = disk.commits;
      this.#now = this.#readyNow();
      this.#accounts();
    }
    if (disk.durable !== disk.commits) return;
    for (const [name, id] of this.#now) this.#ready.set(name, id);
    this.#now = new Map();
  }

  /** When nothing is going on any more; `all`: nothing may be in doubt either. */
  end(all: boolean): void {
    const { bucket, scenario } = this.#world;
    for (const { key, sha256, etag } of bucket.objects.values())
      for (const { slug } of scenario.bots) this.#wanted(slug, key, { sha256, etag }, all);
    for (const { what, key, etag } of this.#world.disk.rows(LEFT))
      if (what === "sending" || bucket.objects.get(String(key))?.etag === etag)
        this.#wrong(`${key} is still ${what}`);
    const { surprises } = this.#world;
    for (const each of surprises) this.#wrong(`surprise: ${each}`);
    this.#groundless();
    if (all) this.#traces();
  }

  /** A run of which there is nothing left to send; there were so many posts before it. */
  idle(posts: number): void {
    const { length } = this.#world.telegram.posts;
    if (length > posts) this.#wrong(`${length - posts} posts of a run that had nothing to send`);
  }

  /** How many rows are in doubt. */
  get doubts(): number {
    return this.#world.disk.rows("select 1 from media_cache where status = 'unknown'").length;
  }

  /** A queue that was this deep: what it may take in, and what has left it and may come back. */
  deepest(kind: string, depth: number): void {
    const { maxQueue, concurrency, bots } = this.#world.scenario;
    // Enqueued entries, each for every bot, and due rows have a bound of their own, which is as large.
    const taken = kind === "worker" ? maxQueue * (2 + bots.length) : maxQueue;
    if (depth > taken + concurrency * (1 + READ_AHEAD))
      this.#wrong(`${depth} tasks in a queue for ${maxQueue}`);
  }

  /** A process that does not end. */
  stuck(kind: string): void {
    this.#wrong(`a ${kind} does not end`);
  }

  #wrong(text: string): void {
    if (!this.wrongs.includes(text)) this.wrongs.push(text);
  }

  #call(call: SeenCall, before: readonly SeenCall[]): void {
    const { waits } = this.#world.wires;
    const early = waits.find((wait) => this.#isTooEarly(call, wait));
    if (early)
      this.#wrong(
        `${call.method} of ${call.bot} in ${call.chat} began ${Math.ceil(early.until - call.startedAt)} ms before the end of a wait${early.by === call.by ? "" : " that another process was told"}`,
      );
    this.#lookIsWritten(call);
    const late = this.#windows.over(call, this.#chatOf(call.chat));
    if (late) this.#wrong(late);
    if (this.#sentTwice(call, before))
      this.#wrong(`one content was sent twice by one process: ${call.method} of ${call.bot}`);
  }

  /** One process sends the bytes that it has read once: not while they are on their way, and not when they were posted. */
  #sentTwice({ by, bot, method, upload }: SeenCall, before: readonly SeenCall[]): boolean {
    const { telegram, disk } = this.#world;
    if (upload === null || telegram.twists.has(upload.sha256)) return false;
    const isForced = disk.rows(FORCED).length > 0;
    return before.some((call) => {
      if (call.by !== by || call.bot !== bot || call.method !== method) return false;
      if (call.upload?.sha256 !== upload.sha256) return false;
      return !call.upload.answer.isOver || (call.upload.isPosted && !isForced);
    });
  }

  /** What a look leaves in a chat can be taken away only by those who know of it. */
  #lookIsWritten({ method, bot, message }: SeenCall): void {
    if (message === null || method === "deleteMessage") return;
    const rows = this.#world.disk.rows(LOOK, [this.#slugs.get(bot) ?? "", message]);
    if (rows.length === 0) this.#wrong(`${method} of message ${message} by ${bot} is not written down`);
  }

  #isTooEarly(call: SeenCall, wait: ToldWait): boolean {
    const isOpen = call.bot === wait.bot && call.startedAt > wait.toldAt && call.startedAt < wait.until - 1;
    if (!isOpen || (wait.chat !== null && !this.#isIn(call, wait.chat))) return false;
    if (wait.by === call.by) return true;
    const { deaths, jumps } = this.#world;
    const unwritten = deaths.some(({ by, at }) => by === wait.by && at - wait.toldAt < UNWRITTEN_MS);
    return !unwritten && !jumps.some((at) => at >= wait.toldAt && at <= call.startedAt);
  }

  /** A question goes by the name that a chat has now, a post also by those that it had. */
  #isIn({ method, chat }: SeenCall, waited: string): boolean {
    return isOnPermit(method) ? this.#chatOf(chat) === this.#chatOf(waited) : chat === waited;
  }

  /** The first name of a chat. */
  #chatOf(name: string | null): string | null {
    const chat = this.#world.telegram.chats.find(({ id, former }) => id === name || former.has(name ?? ""));
    return chat ? ([...chat.former][0] ?? chat.id) : name;
  }

  #post(post: Post): void {
    this.#posts.set(post.fileId, post);
    if (post.key === null) return;
    const { bucket, disk } = this.#world;
    const now = bucket.objects.get(post.key)?.etag;
    const asked = disk.rows(ASKED_FOR, [post.tag]).map(({ etag }) => etag);
    if (asked.includes(now ?? "")) return;
    this.#swapped.add(post.sha256);
    for (const { etag, sha256 } of bucket.contents.values())
      if (asked.includes(etag)) this.#swapped.add(sha256);
  }

  #readyNow(): Map<string, ReadyId> {
    const { disk } = this.#world;
    for (const { id } of disk.rows(UNCHECKED)) this.#unchecked.add(Number(id));
    for (const row of disk.rows(TWICE, [JSON.stringify([...this.#unchecked])]))
      this.#wrong(`confirmed twice: ${JSON.stringify(row)}`);
    const now = new Map<string, ReadyId>();
    for (const row of disk.rows(READY)) {
      const post = this.#posts.get(String(row.id));
      const wrong = this.#wrongId(row, post);
      const name = `${row.bot} ${post?.sha256} ${row.kind}`;
      const ready = { id: String(row.id), isWeak: row.weak === 1, at: String(row.at) };
      if (wrong) this.#wrong(`${row.id} of ${row.bot} ${wrong}`);
      else if (now.get(name)?.isWeak !== false) now.set(name, ready);
      const first = this.#weakSince.get(name);
      if (ready.isWeak && (first === undefined || ready.at < first)) this.#weakSince.set(name, ready.at);
    }
    for (const [name, before] of this.#ready) this.#lost(name, before, now.get(name));
    return now;
  }

  #wrongId({ bot, content, chat, message }: Row, post: Post | undefined): string | null {
    const isIts = post && this.#slugs.get(post.bot) === bot && post.message === message;
    if (!isIts || this.#chatOf(post.chat) !== this.#chatOf(String(chat))) return "is not what was posted";
    return this.#isOf(post, String(content)) ? null : `shows other content than ${content}`;
  }

  #lost(name: string, before: ReadyId, now: ReadyId | undefined): void {
    if (now) {
      // Of two ids that turn out to be of one content the older stays, which a forced call then replaces if it is weak.
      const isOlder = (this.#weakSince.get(name) ?? now.at) < before.at;
      if (now.isWeak && !before.isWeak && !isOlder)
        this.#wrong(`replaced by a weak one: ${before.id} of ${name}`);
    } else if (!this.#swapped.has(name.split(" ")[1] ?? "")) this.#wrong(`lost: ${before.id} of ${name}`);
  }

  #isOf({ sha256 }: Post, content: string): boolean {
    if (sha256 === content || this.#swapped.has(sha256)) return true;
    return this.#etagsOf(sha256).some((etag) => content.includes(`:${etag}:`));
  }

  /** All ETags under which this content was ever stored. */
  #etagsOf(sha256: string): string[] {
    return this.#world.bucket.etags.get(sha256) ?? [];
  }

  /** Every post is owned up to by an attempt: under way, confirmed or in doubt. */
  #accounts(): void {
    for (const row of this.#world.disk.rows(RESENT))
      this.#wrong(`sent again unasked, although it is in doubt: ${JSON.stringify(row)}`);
    for (const { key, kind } of this.#world.disk.rows(AS_OTHER)) this.#wrong(`${key} is sent as a ${kind}`);
    const owned = new Map(
      this.#world.disk.rows(OWNED).map(({ bot, etag, n }) => [`${bot} ${etag}`, Number(n)]),
    );
    const posted = new Map<string, number>();
    for (const post of this.#world.telegram.posts) {
      const { bot, sha256 } = post;
      if (this.#isOutOfTime(post)) continue;
      const name = `${this.#slugs.get(bot)} ${sha256}`;
      posted.set(name, (posted.get(name) ?? 0) + 1);
    }
    for (const [name, n] of posted) {
      const [bot = "", sha256 = ""] = name.split(" ");
      if (this.#swapped.has(sha256)) continue;
      const attempts = this.#etagsOf(sha256).reduce(
        (sum, etag) => sum + (owned.get(`${bot} ${etag}`) ?? 0),
        0,
      );
      if (n > attempts)
        this.#wrong(`${n} posts of ${name.slice(0, 20)}, and ${attempts} attempts that own up to them`);
    }
  }

  /** The clock was set forward while it was on its way, so that its call seemed to be long over when it was looked for. */
  #isOutOfTime({ at, askedAt }: Post): boolean {
    return this.#world.jumps.some((jump) => jump >= askedAt && jump <= at);
  }

  #wanted(bot: string, key: string, { sha256, etag }: { sha256: string; etag: string }, all: boolean): void {
    if (this.#swapped.has(sha256)) return;
    const { disk } = this.#world;
    const isReady = kindsOf(key).some((kind) => this.#ready.has(`${bot} ${sha256} ${kind}`));
    const attempts = this.#etagsOf(sha256).flatMap((each) => disk.rows(ATTEMPTS_OF, [bot, each]));
    const isRefused = attempts.some(({ why }) => PERMANENT.has(String(why)));
    const mayBeInDoubt = attempts.some(
      (row) => row.status === "unknown" && (!all || this.#isAlone(bot, row)),
    );
    if (!isReady && !isRefused && !mayBeInDoubt)
      this.#wrong(`${key} is not ready for ${bot}: ${JSON.stringify(attempts)}`);
    const [store] = disk.rows("select r2_etag as etag from media_store where r2_key = ?1", [key]);
    if (isReady && (all || !this.#isDoubted(etag)) && store?.etag !== etag)
      this.#wrong(`${key} does not point at its content`);
  }

  /** No message is known by whose id one could look for its own, or of which a copy could be made there. */
  #isAlone(bot: string, { chat }: Row): boolean {
    const { disk, telegram } = this.#world;
    const there = telegram.chats.find(({ id }) => id === chat);
    return disk.rows(POSTED).every((post) => {
      if (post.bot === bot) return telegram.chats.every(({ id }) => id !== post.chat);
      return post.chat !== chat || there?.type === "group";
    });
  }

  /** A bot is in doubt about it, whose readers may need what the key points at. */
  #isDoubted(etag: string): boolean {
    const { disk, scenario } = this.#world;
    const attempts = scenario.bots.flatMap(({ slug }) => disk.rows(ATTEMPTS_OF, [slug, etag]));
    return attempts.some(isInDoubt);
  }

  /** What is left of looks in chats that are still there. */
  #traces(): void {
    const { telegram, told } = this.#world;
    for (const message of telegram.messages.all) {
      const { chat, chatType, by, origin, button, given, isDeleted } = message;
      if (isDeleted || telegram.chats.every(({ id }) => id !== chat)) continue;
      if (button !== given)
        this.#wrong(`the button of a message of ${by ?? "somebody else"} in ${chat} is ${button}`);
      // Outside of channels the copy of a stranger's message does not tell of what it is one: people are told.
      const isTold = chatType !== "channel" && told.some((text) => text.includes(`may be left in ${chat},`));
      if (origin !== null && !isTold) this.#wrong(`a copy of ${by} is left in ${chat}`);
    }
  }

  /** What is in doubt is so for a reason. */
  #groundless(): void {
    const { disk, wires, deaths, aborts } = this.#world;
    const [row] = disk.rows(DOUBTS);
    const { died = 0, lost = 0 } = row ?? {};
    if (Number(died) > 0 && deaths.length === 0) this.#wrong(`${died} in doubt by a death that nobody died`);
    if (Number(lost) > wires.doubts && aborts === 0)
      this.#wrong(`${lost} in doubt, and ${wires.doubts} answers lost`);
  }
}

function isOnPermit(method: string): boolean {
  return /^(?:send|edit|forward|delete)/.test(method);
}

/** Also once it was decided that it is sent again without a look. */
function isInDoubt({ state }: Row): boolean {
  return state === "unknown" || state === "unchecked";
}

/** The kinds under which the id of a key may stand: a photo that is refused is sent as a document. */
function kindsOf(key: string): readonly string[] {
  if (key.endsWith(".jpg")) return ["photo", "document"];
  return [key.endsWith(".mp4") ? "video" : "document"];
}

/** What a setting of the scenario refuses. */
const PERMANENT: ReadonlySet<string> = new Set(["url_not_allowed"]);
const FORCED = "select 1 from prewarm_attempts where state = 'sending' and owner = 'prewarm force'";
const ATTEMPTS_OF = `
  select a.state, a.error_reason as why, a.error_message as text, a.tag, a.warmup_chat_id as chat, c.status
  from prewarm_attempts a left join media_cache c on c.bot_slug = a.bot_slug and c.sha256 = a.sha256 and c.kind = a.kind
  where a.bot_slug = ?1 and a.r2_etag = ?2`;
const POSTED = `
  select bot_slug as bot, warmup_chat_id as chat from prewarm_attempts where state = 'ready' and message_id is not null
  group by 1, 2`;
const DOUBTS = `
  select sum(error_reason = 'process_died') as died, sum(error_reason <> 'process_died') as lost
  from prewarm_attempts where state in ('unknown', 'unchecked')`;
const LEFT = `
  select 'sending' as what, r2_key as key, r2_etag as etag from prewarm_attempts where state = 'sending'
  union all select 'warming', s.r2_key, s.r2_etag from media_cache c join media_store s on s.sha256 = c.sha256
    where c.status = 'warming' and c.kind = s.kind
  union all select 'warming', a.r2_key, a.r2_etag from media_cache c join prewarm_attempts a on a.sha256 = c.sha256
    and a.bot_slug = c.bot_slug and a.kind = c.kind where c.status = 'warming'`;
