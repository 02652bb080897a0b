import type { Books, ReadyRow } from "./books.ts";
import type { PackJudge } from "./pack-judge.ts";
import type { Post } from "./telegram.ts";
import type { Truth, Wrong } from "./truth.ts";

interface ReadyId {
  readonly id: string;
  readonly isWeak: boolean;
  /** When it was confirmed, as the ledger has it. */
  readonly at: string;
}

/** Holds the ids that are ready against what was posted, and against those that were ready before. */
export class IdJudge {
  readonly #books: Books;
  readonly #truth: Truth;
  readonly #packs: PackJudge;
  readonly #wrong: Wrong;
  /** Ids that were ready, by whom and what they show. */
  readonly #ready = new Map<string, ReadyId>();
  /** Of each of these names, when the first weak one was confirmed. */
  readonly #weakSince = new Map<string, string>();
  /** Ids that are ready, and not durable yet. */
  #now: ReadonlyMap<string, ReadyId> = new Map();

  constructor(books: Books, truth: Truth, packs: PackJudge, wrong: Wrong) {
    this.#books = books;
    this.#truth = truth;
    this.#packs = packs;
    this.#wrong = wrong;
  }

  /** After rows with ids, or what was posted, have changed. */
  look(): void {
    this.#now = this.#readyNow();
  }

  /** All that is in the ledger is durable, so that it may not be lost any more. */
  keep(): void {
    for (const [name, id] of this.#now) this.#ready.set(name, id);
    this.#now = new Map();
  }

  /** Whether there is an id of this content that lasts, for this slug. */
  isReady(slug: string, sha256: string, kinds: readonly string[]): boolean {
    return kinds.some((kind) => this.#ready.has(`${slug} ${sha256} ${kind}`));
  }

  #readyNow(): Map<string, ReadyId> {
    const now = new Map<string, ReadyId>();
    for (const row of this.#books.ready) {
      const post = this.#truth.posts.get(row.id);
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
    const isIts = post && this.#truth.slugOf(post.bot) === bot && post.message === message;
    if (!isIts || this.#truth.chatOf(post.chat) !== this.#truth.chatOf(chat)) return "is not what was posted";
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
    } else if (!this.#truth.swapped.has(name.split(" ")[1] ?? ""))
      this.#wrong(`lost: ${before.id} of ${name}`);
  }

  #isOf({ sha256 }: Post, content: string): boolean {
    if (sha256 === content || this.#truth.swapped.has(sha256)) return true;
    return this.#truth.etagsOf(sha256).some((etag) => content.includes(`:${etag}:`));
  }
}
