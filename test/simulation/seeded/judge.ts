import { type AttemptRow, Books, isUnanswered, type ReadyRow, type Tables } from "./books.ts";
import type { Message } from "./messages.ts";
import { PackJudge } from "./pack-judge.ts";
import { mostMedia } from "./pack-plan.ts";
import type { Post } from "./telegram.ts";
import type { Upload } from "./uploads.ts";
import { DocumentedWindows } from "./windows.ts";
import type { SeenCall, ToldWait } from "./wire.ts";
import type { World } from "./world.ts";

/** Milliseconds within which a process that died may not have written down what it was told. */
const UNWRITTEN_MS = 3_000;

/** Milliseconds for which a bot may believe what it was told of its rights. */
const ASKED_MS = 30_000;

/** Milliseconds by which a call may begin after the moment that its bot was given: its lane may be held up. */
const LATE_MS = 3_000;

/** Objects read ahead at most for each that is sent at a time. */
const READ_AHEAD = 4;

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
  readonly #books: Books;
  readonly #packs: PackJudge;
  readonly #tables: Tables;
  readonly #slugs: ReadonlyMap<string, string>;
  readonly #posts = new Map<string, Post>();
  /** Ids that were ready, by whom and what they show. */
  readonly #ready = new Map<string, ReadyId>();
  /** Of each of these names, when the first weak one was confirmed. */
  readonly #weakSince = new Map<string, string>();
  /** Contents that were changed between a look and a fetch by Telegram, which nobody can know. */
  readonly #swapped = new Set<string>();
  readonly #windows: DocumentedWindows;
  /** Those of a bot over all its chats. */
  readonly #botWindows: DocumentedWindows | null;
  /** How often the rows with ids, and the attempts, were written to when they were looked at last. */
  #seen = { ids: -1, attempts: -1 };
  /** Ids that are ready, and not durable yet. */
  #now: ReadonlyMap<string, ReadyId> = new Map();
  #seenPosts = 0;
  #seenCalls = 0;

  constructor(world: World, tables: Tables) {
    this.#world = world;
    this.#tables = tables;
    this.#books = new Books(tables);
    this.#packs = new PackJudge(world, this.#books, (text) => this.#wrong(text));
    this.#slugs = new Map(world.scenario.bots.map(({ id, slug }) => [id, slug]));
    this.#windows = new DocumentedWindows(world.scenario);
    const { botPace, diskMs } = world.scenario;
    const perMinute = Number.parseFloat(botPace ?? "") * 60;
    this.#botWindows = botPace ? new DocumentedWindows({ pace: `${perMinute}/min`, diskMs }, LATE_MS) : null;
  }

  /** After a step. */
  look(): void {
    const { wires, telegram } = this.#world;
    const tables = this.#tables;
    for (; this.#seenCalls < wires.calls.length; this.#seenCalls++) this.#call(this.#seenCalls);
    const isNews = telegram.posts.length > this.#seenPosts;
    for (const post of telegram.posts.slice(this.#seenPosts)) this.#post(post);
    this.#seenPosts = telegram.posts.length;
    const seen = { ids: tables.versionOf("media_cache"), attempts: tables.versionOf("prewarm_attempts") };
    if (isNews || seen.ids !== this.#seen.ids) this.#now = this.#readyNow();
    if (isNews || seen.attempts !== this.#seen.attempts) this.#accounts();
    this.#packs.look();
    this.#seen = seen;
    if (tables.durable !== tables.commits) return;
    for (const [name, id] of this.#now) this.#ready.set(name, id);
    this.#now = new Map();
  }

  /** When nothing is going on any more; `all`: nothing may be in doubt either. */
  end(all: boolean): void {
    const { bucket, scenario } = this.#world;
    for (const { key, sha256, etag } of bucket.objects.values())
      for (const { slug } of scenario.bots) this.#wanted(slug, key, { sha256, etag }, all);
    for (const { what, key, etag } of this.#books.left)
      if (what === "sending" || bucket.objects.get(key)?.etag === etag)
        this.#wrong(`${key} is still ${what}`);
    const { surprises } = this.#world;
    for (const each of surprises) this.#wrong(`surprise: ${each}`);
    this.#groundless();
    this.#packs.end(all);
    if (all) this.#traces();
  }

  /** A run of which there is nothing left to send; there were so many posts before it. */
  idle(posts: number): void {
    const { length } = this.#world.telegram.posts;
    if (length > posts) this.#wrong(`${length - posts} posts of a run that had nothing to send`);
  }

  /** How many rows are in doubt. */
  get doubts(): number {
    return this.#books.doubts;
  }

  /** A queue that was this deep: what it may take in, and what has left it and may come back. */
  deepest(kind: string, depth: number): void {
    const { maxQueue, concurrency, bots, packs } = this.#world.scenario;
    // Enqueued entries, each for every bot, and due rows have a bound of their own, which is as large.
    const taken = kind === "worker" ? maxQueue * (2 + bots.length) : maxQueue;
    // A message that was refused gives all its media back.
    if (depth > taken + concurrency * (Math.max(1, mostMedia(packs)) + READ_AHEAD))
      this.#wrong(`${depth} tasks in a queue for ${maxQueue}`);
  }

  /** A process that does not end. */
  stuck(kind: string): void {
    this.#wrong(`a ${kind} does not end`);
  }

  #wrong(text: string): void {
    if (!this.wrongs.includes(text)) this.wrongs.push(text);
  }

  #call(at: number): void {
    const { waits, calls } = this.#world.wires;
    const call = calls[at];
    if (!call) return;
    const early = waits.find((wait) => this.#isTooEarly(call, wait));
    if (early)
      this.#wrong(
        `${call.method} of ${call.bot} in ${call.chat} began ${Math.ceil(early.until - call.startedAt)} ms before the end of a wait${early.by === call.by ? "" : " that another process was told"}`,
      );
    this.#lookIsWritten(call);
    this.#packs.call(call);
    const { company } = this.#world;
    const by = company ? this : call.by;
    const isPaced = !company?.isLate(call) && !this.#isAway(call.chat);
    const late = isPaced ? this.#windows.over({ ...call, by }, this.#chatOf(call.chat)) : null;
    if (late) this.#wrong(late);
    const many = isPaced ? this.#botWindows?.over({ ...call, by }, null) : null;
    if (many) this.#wrong(many);
    if (this.#sentTwice(call, calls.slice(0, at)))
      this.#wrong(`one content was sent twice by one process: ${call.method} of ${call.bot}`);
  }

  /** One process sends the bytes that it has read once: not while they are on their way, and not when they were posted. */
  #sentTwice({ by, bot, uploads }: SeenCall, before: readonly SeenCall[]): boolean {
    const { telegram } = this.#world;
    const own = uploads.filter(({ sha256 }) => !telegram.twists.has(sha256));
    if (own.length === 0) return false;
    const { attempts } = this.#books;
    const isForced = attempts.some(({ state, owner }) => state === "sending" && owner === "prewarm force");
    const isSame = (one: Upload, other: Upload) => one.sha256 === other.sha256 && one.kind === other.kind;
    if (own.some((one, at) => own.slice(0, at).some((other) => isSame(one, other)))) return true;
    const earlier = before
      .filter((call) => call.by === by && call.bot === bot)
      .flatMap((call) => call.uploads.map((other) => ({ call, other })));
    return earlier.some(({ call, other }) => {
      if (other.answer.isOver && (!other.isPosted || isForced || this.#isLost(call, other))) return false;
      return own.some((one) => isSame(one, other) && !this.#isDiscarded(bot, one));
    });
  }

  /**
   * Its answer came to a process that had stood still for so long that its attempt was noted as in doubt, under what was known of the content
   * before it was sent: of other names of that nobody hears then.
   */
  #isLost(call: SeenCall, { sha256, tag }: Upload): boolean {
    if (!this.#world.company?.hasStoodStill(call)) return false;
    return this.#books.attempts.some(
      (each) => each.tag === tag && each.why === "process_died" && each.content !== sha256,
    );
  }

  /** Its id turned out to serve nothing but its message. */
  #isDiscarded(bot: string, { sha256 }: Upload): boolean {
    const etags = this.#etagsOf(sha256);
    return this.#books.attempts.some(
      (each) => each.state === "discarded" && each.bot === this.#slugs.get(bot) && etags.includes(each.etag),
    );
  }

  /** What a look leaves in a chat can be taken away only by those who know of it. */
  #lookIsWritten({ method, bot, message }: SeenCall): void {
    if (message === null || method === "deleteMessage") return;
    if (!this.#books.isAsking(this.#slugs.get(bot) ?? "", message))
      this.#wrong(`${method} of message ${message} by ${bot} is not written down`);
  }

  #isTooEarly(call: SeenCall, wait: ToldWait): boolean {
    const isOpen = call.bot === wait.bot && call.startedAt > wait.toldAt && call.startedAt < wait.until - 1;
    if (!isOpen || (wait.chat !== null && !this.#isIn(call, wait.chat))) return false;
    if (wait.by === call.by) return true;
    const { deaths, jumps } = this.#world;
    if (this.#world.company?.couldNotKnow(call, wait)) return false;
    const unwritten = deaths.some(({ by, at }) => by === wait.by && at - wait.toldAt < UNWRITTEN_MS);
    return !unwritten && !jumps.some((at) => at >= wait.toldAt && at <= call.startedAt);
  }

  /** A question goes by the name that a chat has now, a post also by those that it had. */
  #isIn({ method, chat }: SeenCall, waited: string): boolean {
    return isOnPermit(method) ? this.#chatOf(chat) === this.#chatOf(waited) : chat === waited;
  }

  /** By a name that a chat had before it moved nothing is posted: the answer says where it is now, which is how each process learns it. */
  #isAway(name: string | null): boolean {
    return this.#world.telegram.chats.some(({ former }) => former.has(name ?? ""));
  }

  /** The first name of a chat. */
  #chatOf(name: string | null): string | null {
    const chat = this.#world.telegram.chats.find(({ id, former }) => id === name || former.has(name ?? ""));
    return chat ? ([...chat.former][0] ?? chat.id) : name;
  }

  #post(post: Post): void {
    this.#posts.set(post.fileId, post);
    if (post.key === null) return;
    const { bucket } = this.#world;
    const now = bucket.objects.get(post.key)?.etag;
    // A call that fetches by a key is about the object that was there when it was begun.
    const asked = this.#books.attempts.filter(({ tag }) => tag === post.tag).map(({ etag }) => etag);
    if (asked.includes(now ?? "")) return;
    this.#swapped.add(post.sha256);
    for (const [sha256, etags] of bucket.etags)
      if (etags.some((etag) => asked.includes(etag))) this.#swapped.add(sha256);
  }

  #readyNow(): Map<string, ReadyId> {
    const now = new Map<string, ReadyId>();
    for (const row of this.#books.ready) {
      const post = this.#posts.get(row.id);
      const wrong = this.#wrongId(row, post);
      const name = `${row.bot} ${post?.sha256} ${row.kind}`;
      const ready = { id: row.id, isWeak: row.weak === 1, at: row.at };
      if (wrong) this.#wrong(`${row.id} of ${row.bot} ${wrong}`);
      else if (now.get(name)?.isWeak !== false) now.set(name, ready);
      const first = this.#weakSince.get(name);
      if (ready.isWeak && (first === undefined || ready.at < first)) this.#weakSince.set(name, ready.at);
    }
    for (const [name, before] of this.#ready) this.#lost(name, before, now.get(name));
    return now;
  }

  #wrongId({ bot, content, kind, chat, message }: ReadyRow, post: Post | undefined): string | null {
    const isIts = post && this.#slugs.get(post.bot) === bot && post.message === message;
    if (!isIts || this.#chatOf(post.chat) !== this.#chatOf(chat)) return "is not what was posted";
    if (!this.#isOf(post, content)) return `shows other content than ${content}`;
    const { file } = post;
    if (file.isRichOnly || (file.isDead && this.#packs.knowsWhatIsKept(bot)))
      return "serves no method of its own";
    const isOther = post.isPacked && (file.kind === "photo") !== (kind === "photo");
    return isOther ? `is that of a ${file.kind}, not of a ${kind}` : null;
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
    for (const each of this.#books.twice()) this.#wrong(`confirmed twice: ${each}`);
    for (const { bot, key, owner } of this.#books.resent())
      this.#wrong(`sent again unasked, although it is in doubt: ${key} of ${bot} by ${owner}`);
    for (const { bot, key } of this.#books.unlooked())
      this.#wrong(`sent again although not all its lost calls were looked for: ${key} of ${bot}`);
    for (const { key, kind } of this.#books.asOther()) this.#wrong(`${key} is sent as a ${kind}`);
    const owned = this.#books.owned();
    const posted = new Map<string, number>();
    for (const post of this.#world.telegram.posts) {
      const { bot, sha256 } = post;
      if (post.isDropped || this.#isOutOfTime(post)) continue;
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
    const isReady = kindsOf(key).some((kind) => this.#ready.has(`${bot} ${sha256} ${kind}`));
    const etags = this.#etagsOf(sha256);
    const attempts = this.#books.attempts.filter((each) => each.bot === bot && etags.includes(each.etag));
    const isRefused = attempts.some(({ why }) => why !== null && PERMANENT.has(why));
    const mayBeInDoubt = attempts.some(
      (each) =>
        this.#books.statusOf(each) === "unknown" &&
        (!all || this.#isAlone(bot, each) || this.#packs.isMisfit(each)),
    );
    if (!isReady && !isRefused && !mayBeInDoubt)
      this.#wrong(`${key} is not ready for ${bot}: ${JSON.stringify(attempts)}`);
    if (isReady && !this.#isDoubted(etag, all) && this.#books.etagOf(key) !== etag)
      this.#wrong(`${key} does not point at its content`);
  }

  /** No message is known by whose id one could look for its own, or of which a copy could be made there. */
  #isAlone(bot: string, { chat }: AttemptRow): boolean {
    const { telegram } = this.#world;
    const there = telegram.chats.find(({ id }) => id === chat);
    return this.#books.attempts.every((post) => {
      if (post.state !== "ready" || post.message === null) return true;
      if (post.bot === bot) return telegram.chats.every(({ id }) => id !== post.chat);
      return post.chat !== chat || there?.type === "group";
    });
  }

  /** A bot is in doubt about it, whose readers may need what the key points at; in the end only for good. */
  #isDoubted(etag: string, all: boolean): boolean {
    return this.#books.attempts.some(
      (each) => each.etag === etag && isUnanswered(each) && (!all || this.#packs.isMisfit(each)),
    );
  }

  /** What is left of looks in chats that are still there. */
  #traces(): void {
    const { telegram, told } = this.#world;
    for (const message of telegram.messages.all) {
      const { chat, chatType, by, origin, button, given, isDeleted } = message;
      if (isDeleted || telegram.chats.every(({ id }) => id !== chat)) continue;
      if (button !== given && !this.#isUnawares(message))
        this.#wrong(`the button of a message of ${by ?? "somebody else"} in ${chat} is ${button}`);
      // Where nobody can tell what is a copy, people are told: outside of channels that of a stranger's message does not say of what it is one.
      const isGuarded = telegram.chats.some(({ id, wasProtected }) => id === chat && wasProtected);
      const isBlind = chatType !== "channel" || isGuarded;
      const isTold = isBlind && told.some((text) => text.includes(`may be left in ${chat},`));
      if (origin !== null && !isTold) this.#wrong(`a copy of ${by} is left in ${chat}`);
    }
  }

  /** The right to edit it was given after the bot had asked for it, a moment ago or before a wait that it was told. */
  #isUnawares({ touched, chat }: Message): boolean {
    if (!touched) return false;
    const { bot, at, toldAt } = touched;
    const { rightsGiven, wires } = this.#world;
    const isNew = rightsGiven.some((each) => each.bot === bot && each.chat === chat && each.at > toldAt);
    return (
      isNew &&
      (at - toldAt < ASKED_MS || wires.waits.some((wait) => wait.bot === bot && wait.toldAt > toldAt))
    );
  }

  /** What is in doubt is so for a reason. */
  #groundless(): void {
    const { wires, deaths, aborts, company } = this.#world;
    const doubted = this.#books.attempts.filter(isUnanswered);
    const died = doubted.filter(({ why }) => why === "process_died").length;
    // The media of one message are lost together.
    const lost = new Set(doubted.flatMap(({ pack, id, why }) => (why === "process_died" ? [] : [pack ?? id])))
      .size;
    if (died > 0 && deaths.length === 0 && !company?.haveStoodStill)
      this.#wrong(`${died} in doubt by a death that nobody died`);
    if (lost > wires.doubts && aborts === 0)
      this.#wrong(`${lost} in doubt, and ${wires.doubts} answers lost`);
  }
}

function isOnPermit(method: string): boolean {
  return /^(?:send|edit|forward|delete)/.test(method);
}

/** The kinds under which the id of a key may stand: a photo that is refused is sent as a document. */
function kindsOf(key: string): readonly string[] {
  if (key.endsWith(".jpg")) return ["photo", "document"];
  return [key.endsWith(".mp4") ? "video" : "document"];
}

/** What a setting of the scenario refuses. */
const PERMANENT: ReadonlySet<string> = new Set(["url_not_allowed"]);
