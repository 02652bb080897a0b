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

/** So many ends are remembered by name: more than a page of a plan, which is as long as a decision usually waits. */
const REMEMBERED = 4_096;

/**
 * What ended lately, so that nobody acts on a decision that was made before: between a look at the ledger and a place in
 * the queue the same content may have come in by another way. Bounded; what was forgotten counts as ended.
 */
export class Ends {
  readonly #at = new Map<string, number>();
  #forgottenAt = Number.NEGATIVE_INFINITY;

  /** `at` and `since` are moments of the engine's clock. */
  note({ bot, kind, content }: Claimed, at: number): void {
    const name = nameOf(bot, kind, content);
    this.#at.delete(name);
    this.#at.set(name, at);
    const [oldest] = this.#at.size > REMEMBERED ? this.#at : [];
    if (!oldest) return;
    this.#at.delete(oldest[0]);
    this.#forgottenAt = oldest[1];
  }

  /** Whether it may have ended at this moment or later. */
  mayHaveEnded({ bot, kind, content }: Claimed, since: number): boolean {
    const at = this.#at.get(nameOf(bot, kind, content)) ?? this.#forgottenAt;
    return at >= since;
  }
}

type Claimed = Pick<Task, "bot" | "kind" | "content">;

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
