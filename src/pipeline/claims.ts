import { type ContentId, provisionalId } from "../domain/content.ts";
import type { Task } from "../domain/task.ts";
import type { Query } from "../ledgers/port.ts";
import { Lately } from "./lately.ts";

/**
 * What is queued or being sent in this run, so that the same content under another key waits for the first instead of
 * being posted twice. Content is claimed by its hash, where that is known, and by ETag and size: one bot may learn
 * the hash while the object still waits for another bot. Bounded by the queue: a claim ends with its task.
 */
export class Claims {
  readonly #claims = new Map<string, Claim>();

  /** True when the content was free and is now claimed; else `query` is kept until the claim ends, once for each asker. */
  claim(query: Query, content: ContentId): boolean {
    const names = namesOf(query, content);
    const claim = names.map((name) => this.#claims.get(name)).find((held) => held !== undefined);
    const asker = askerOf(query);
    if (!claim) {
      const made = { owner: asker, followers: new Map() };
      for (const name of names) this.#claims.set(name, made);
      return true;
    }
    if (asker !== claim.owner) claim.followers.set(asker, query);
    return false;
  }

  /** Ends the claim of a task; returns those who waited for it. */
  release(task: Claimed): Query[] {
    const names = namesOf(task, task.content);
    const claim = names.map((name) => this.#claims.get(name)).find((held) => held !== undefined);
    for (const name of names) this.#claims.delete(name);
    return claim && claim.followers.size > 0 ? [...claim.followers.values()] : [];
  }
}

interface Claim {
  readonly owner: string;
  /** By asker: a source that is scanned repeatedly asks for the same key each time. */
  readonly followers: Map<string, Query>;
}

function askerOf({ entry }: Query): string {
  return `${entry.queueId ?? ""}|${entry.key}`;
}

/** Names remembered at least: more than a page of a plan has, which is as long as a decision usually waits. */
const REMEMBERED = 4_096;

/**
 * Content that finished lately, so that nobody acts on a decision that was made before that: between a look at the ledger
 * and a place in the queue the same content may have come in by another way. Bounded; what was forgotten counts as finished.
 */
export class RecentlyFinished {
  readonly #at = new Lately<number>(REMEMBERED);
  /** When the last of those finished that are forgotten, and of those that are forgotten next. */
  #forgotten = { at: Number.NEGATIVE_INFINITY, nextAt: Number.NEGATIVE_INFINITY };

  /** `at` and `since` are moments of the engine's clock. */
  add(task: Claimed, at: number): void {
    for (const name of namesOf(task, task.content))
      if (this.#at.set(name, at)) this.#forgotten = { at: this.#forgotten.nextAt, nextAt: at };
  }

  /** Whether it has finished at this moment or later, or may have. */
  has(task: Claimed, since: number): boolean {
    const { at } = this.#forgotten;
    return namesOf(task, task.content).some((name) => (this.#at.get(name) ?? at) >= since);
  }
}

type Claimed = Pick<Task, "bot" | "kind" | "content" | "entry">;

/** By its content, and by ETag and size where that is another name. */
function namesOf({ bot, kind, entry }: Query | Claimed, content: ContentId): string[] {
  const own = nameOf(bot, kind, content);
  const provisional = provisionalId(entry);
  return provisional === content ? [own] : [own, nameOf(bot, kind, provisional)];
}

/**
 * Content that is being sent right now. A hash that is only known once an object was read may be that of another object
 * on its way, under another ETag.
 */
export class InFlight {
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
