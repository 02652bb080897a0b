import type { Books } from "./books.ts";
import type { Post } from "./telegram.ts";
import type { World } from "./world.ts";

/** Says in words what is wrong. */
export type Wrong = (text: string) => void;

/** What really is, as all judges ask for it: what was posted, under which ETags content was stored, how chats are called. */
export class Truth {
  readonly posts = new Map<string, Post>();
  /** Contents that were changed between a look and a fetch by Telegram, which nobody can know. */
  readonly swapped = new Set<string>();
  readonly #world: World;
  readonly #books: Books;
  readonly #slugs: ReadonlyMap<string, string>;

  constructor(world: World, books: Books) {
    this.#world = world;
    this.#books = books;
    this.#slugs = new Map(world.scenario.bots.map(({ id, slug }) => [id, slug]));
  }

  /** The slug of a bot, by its number. */
  slugOf(bot: string): string | undefined {
    return this.#slugs.get(bot);
  }

  /** All ETags under which this content was ever stored. */
  etagsOf(sha256: string): string[] {
    return this.#world.bucket.etags.get(sha256) ?? [];
  }

  /** The first name of a chat. */
  chatOf(name: string | null): string | null {
    const chat = this.#world.telegram.chats.find(({ id, former }) => id === name || former.has(name ?? ""));
    return chat ? ([...chat.former][0] ?? chat.id) : name;
  }

  /** Takes a post in. */
  take(post: Post): void {
    this.posts.set(post.fileId, post);
    if (post.key === null) return;
    const { bucket } = this.#world;
    const now = bucket.objects.get(post.key)?.etag;
    // A call that fetches by a key is about the object that was there when it was begun.
    const asked = this.#books.attempts.filter(({ tag }) => tag === post.tag).map(({ etag }) => etag);
    if (asked.includes(now ?? "")) return;
    this.swapped.add(post.sha256);
    for (const [sha256, etags] of bucket.etags)
      if (etags.some((etag) => asked.includes(etag))) this.swapped.add(sha256);
  }
}
