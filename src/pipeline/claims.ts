import type { ContentId, Task } from "../domain/task.ts";
import type { Query } from "../ledgers/port.ts";

/**
 * What is on its way in this run, so that the same content under another key waits for the first instead of being posted
 * twice. Bounded by the queue: a claim ends with its task.
 */
export class Claims {
  readonly #claims = new Map<string, Claim>();

  /** True when the content was free and is now claimed; else `query` is kept until the claim ends, once for each asker. */
  claim(query: Query, content: ContentId): boolean {
    const name = nameOf(query.bot, query.kind, content);
    const claim = this.#claims.get(name);
    const asker = askerOf(query);
    if (!claim) {
      this.#claims.set(name, { owner: asker, followers: new Map() });
      return true;
    }
    if (asker !== claim.owner) claim.followers.set(asker, query);
    return false;
  }

  /** Ends a claim; answers who waited for it. */
  release(bot: string, kind: string, content: ContentId): Query[] {
    const name = nameOf(bot, kind, content);
    const followers = this.#claims.get(name)?.followers ?? new Map();
    this.#claims.delete(name);
    return [...followers.values()];
  }
}

interface Claim {
  readonly owner: string;
  /** By asker: a source that is read again and again asks for the same key each time. */
  readonly followers: Map<string, Query>;
}

function askerOf({ entry }: Query): string {
  return `${entry.queueId ?? ""}|${entry.key}`;
}

/**
 * Content that is being sent right now. A hash that is only known once an object was read may be that of another object
 * on its way, under another ETag.
 */
export class UnderWay {
  readonly #owners = new Map<string, Task>();

  /** False when another task is sending this content for the same bot as the same kind. */
  claim(task: Task, content: ContentId): boolean {
    const name = nameOf(task.bot, task.kind, content);
    const owner = this.#owners.get(name) ?? task;
    this.#owners.set(name, owner);
    return owner === task;
  }

  release(task: Task): void {
    for (const [name, owner] of this.#owners) if (owner === task) this.#owners.delete(name);
  }
}

function nameOf(bot: string, kind: string, content: ContentId): string {
  return `${bot}|${kind}|${content}`;
}
