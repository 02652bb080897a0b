import type { ContentId } from "../domain/task.ts";
import type { Query } from "../ledgers/port.ts";

/**
 * What is on its way in this run, so that the same content under another key waits for the first instead of being posted
 * twice. Bounded by the queue: a claim ends with its task.
 */
export class Claims {
  readonly #followers = new Map<string, Query[]>();

  /** True when the content was free and is now claimed; else `query` is kept until the claim ends. */
  claim(query: Query, content: ContentId): boolean {
    const name = nameOf(query.bot, query.kind, content);
    const followers = this.#followers.get(name);
    if (followers) {
      followers.push(query);
      return false;
    }
    this.#followers.set(name, []);
    return true;
  }

  /** Ends a claim; answers who waited for it. */
  release(bot: string, kind: string, content: ContentId): Query[] {
    const name = nameOf(bot, kind, content);
    const followers = this.#followers.get(name) ?? [];
    this.#followers.delete(name);
    return followers;
  }
}

function nameOf(bot: string, kind: string, content: ContentId): string {
  return `${bot}|${kind}|${content}`;
}
