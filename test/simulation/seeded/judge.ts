import { AttemptJudge } from "./attempt-judge.ts";
import { BeginJudge } from "./begin-judge.ts";
import { Books, type Tables } from "./books.ts";
import { CallJudge } from "./call-judge.ts";
import { ChatJudge } from "./chat-judge.ts";
import { IdJudge } from "./id-judge.ts";
import { ObjectJudge } from "./object-judge.ts";
import { PackJudge } from "./pack-judge.ts";
import { mostMedia } from "./pack-plan.ts";
import { Truth } from "./truth.ts";
import type { World } from "./world.ts";

/** Objects read ahead at most for each that is sent at a time. */
const READ_AHEAD = 4;

/** Holds the ledger against the truth, after each step and at the end. What is wrong is said in words, once. */
export class Judge {
  readonly wrongs: string[] = [];
  readonly #world: World;
  readonly #books: Books;
  readonly #tables: Tables;
  readonly #truth: Truth;
  readonly #calls: CallJudge;
  readonly #ids: IdJudge;
  readonly #attempts: AttemptJudge;
  readonly #begins: BeginJudge;
  readonly #objects: ObjectJudge;
  readonly #packs: PackJudge;
  readonly #chats: ChatJudge;
  /** How often the rows with ids, and the attempts, were written to when they were looked at last. */
  #seen = { ids: -1, attempts: -1 };
  #seenPosts = 0;
  #seenCalls = 0;

  constructor(world: World, tables: Tables) {
    const wrong = (text: string) => this.#wrong(text);
    const books = new Books(tables);
    const truth = new Truth(world, books);
    this.#world = world;
    this.#tables = tables;
    this.#books = books;
    this.#truth = truth;
    this.#packs = new PackJudge(world, books, wrong);
    this.#calls = new CallJudge(world, books, truth, wrong);
    this.#ids = new IdJudge(books, truth, this.#packs, wrong);
    this.#attempts = new AttemptJudge(world, books, truth, wrong);
    this.#begins = new BeginJudge(books, wrong);
    this.#objects = new ObjectJudge(world, books, truth, this.#ids, this.#packs, wrong);
    this.#chats = new ChatJudge(world, wrong);
  }

  /** After a step. */
  look(): void {
    const tables = this.#tables;
    this.#lookAtCalls();
    const isNews = this.#lookAtPosts();
    const seen = { ids: tables.versionOf("media_cache"), attempts: tables.versionOf("prewarm_attempts") };
    if (isNews || seen.ids !== this.#seen.ids) this.#ids.look();
    if (isNews || seen.attempts !== this.#seen.attempts) this.#attempts.look();
    if (seen.ids !== this.#seen.ids || seen.attempts !== this.#seen.attempts) this.#begins.look();
    this.#packs.look();
    this.#seen = seen;
    if (tables.durable === tables.commits) this.#ids.keep();
  }

  /** When nothing is going on any more; `all`: nothing may be in doubt either. */
  end(all: boolean): void {
    this.#objects.end(all);
    for (const each of this.#world.surprises) this.#wrong(`surprise: ${each}`);
    this.#attempts.end();
    this.#packs.end(all);
    if (all) this.#chats.end();
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

  #lookAtCalls(): void {
    const { calls } = this.#world.wires;
    for (; this.#seenCalls < calls.length; this.#seenCalls++) {
      this.#calls.call(this.#seenCalls);
      const call = calls[this.#seenCalls];
      if (call) this.#packs.call(call);
    }
  }

  /** Whether there are new ones. */
  #lookAtPosts(): boolean {
    const { posts } = this.#world.telegram;
    const isNews = posts.length > this.#seenPosts;
    for (const post of posts.slice(this.#seenPosts)) this.#truth.take(post);
    this.#seenPosts = posts.length;
    return isNews;
  }
}
