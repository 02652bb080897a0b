import { type Books, isUnanswered } from "./books.ts";
import type { Truth, Wrong } from "./truth.ts";
import type { World } from "./world.ts";

/** Holds attempts against posts: each is owned up to, none is repeated unasked, and what is in doubt is so for a reason. */
export class AttemptJudge {
  readonly #world: World;
  readonly #books: Books;
  readonly #truth: Truth;
  readonly #wrong: Wrong;

  constructor(world: World, books: Books, truth: Truth, wrong: Wrong) {
    this.#world = world;
    this.#books = books;
    this.#truth = truth;
    this.#wrong = wrong;
  }

  /** After attempts, or what was posted, have changed. */
  look(): void {
    for (const each of this.#books.twice()) this.#wrong(`confirmed twice: ${each}`);
    for (const { bot, key, owner } of this.#books.resent())
      this.#wrong(`sent again unasked, although it is in doubt: ${key} of ${bot} by ${owner}`);
    for (const { bot, key } of this.#books.unlooked())
      this.#wrong(`sent again although not all its lost calls were looked for: ${key} of ${bot}`);
    for (const { key, kind } of this.#books.asOther()) this.#wrong(`${key} is sent as a ${kind}`);
    this.#accounts();
  }

  /** Every post is owned up to by an attempt: under way, confirmed or in doubt. */
  #accounts(): void {
    const owned = this.#books.owned();
    for (const [name, n] of this.#posted()) {
      const [bot = "", sha256 = ""] = name.split(" ");
      if (this.#truth.swapped.has(sha256)) continue;
      const etags = this.#truth.etagsOf(sha256);
      const attempts = etags.reduce((sum, etag) => sum + (owned.get(`${bot} ${etag}`) ?? 0), 0);
      if (n > attempts)
        this.#wrong(`${n} posts of ${name.slice(0, 20)}, and ${attempts} attempts that own up to them`);
    }
  }

  /** How often each bot posted each content. */
  #posted(): Map<string, number> {
    const posted = new Map<string, number>();
    for (const post of this.#world.telegram.posts) {
      if (post.isDropped || this.#world.isOutOfTime(post)) continue;
      const name = `${this.#truth.slugOf(post.bot)} ${post.sha256}`;
      posted.set(name, (posted.get(name) ?? 0) + 1);
    }
    return posted;
  }

  /** When nothing is going on any more: what is in doubt is so for a reason. */
  end(): void {
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
