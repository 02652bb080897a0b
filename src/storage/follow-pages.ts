import type { Failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import type { ListedObject } from "./port.ts";

/** One page, and where the next begins. */
export interface ListingPage {
  readonly objects: readonly ListedObject[];
  readonly next: string | undefined;
}

interface Following {
  readonly fetchFrom: (from: string | undefined) => Promise<Result<ListingPage>>;
  readonly signal: AbortSignal;
  /** What is wrong with a page that leads back. */
  readonly repeated: () => Failure;
}

/** The pages that lead from one to the next, one fetched ahead; after a failure the same one, where that is wished. */
export async function* followPages({
  fetchFrom,
  signal,
  repeated,
}: Following): AsyncGenerator<Result<readonly ListedObject[]>, void, "again" | undefined> {
  const way = new Way(repeated);
  let from: string | undefined;
  let coming = fetchFrom(from);
  for (;;) {
    const page = way.judged(await coming);
    if (page.ok) {
      from = page.value.next;
      if (from !== undefined) coming = fetchFrom(from);
      yield ok(page.value.objects);
      if (from === undefined) return;
    } else {
      const wish = yield page;
      if (wish !== "again" || signal.aborted) return;
      coming = fetchFrom(from);
    }
  }
}

/** Pages without a key, one after the other, that a listing may have: servers pass over what was deleted in such pages. */
const MOST_EMPTY = 1_000;

/**
 * Where a listing has come by. Each page begins with a key that none before it began with, in whatever order a server lists;
 * one that does not leads round in circles, under tokens that may be new each time.
 */
export class Way {
  readonly #begins = new Set<string>();
  readonly #repeated: () => Failure;
  #empty = 0;

  constructor(repeated: () => Failure) {
    this.#repeated = repeated;
  }

  judged(page: Result<ListingPage>): Result<ListingPage> {
    return !page.ok || this.#leadsOn(page.value) ? page : failed(this.#repeated());
  }

  #leadsOn({ objects: [first] }: ListingPage): boolean {
    this.#empty = first === undefined ? this.#empty + 1 : 0;
    if (first === undefined) return this.#empty <= MOST_EMPTY;
    if (this.#begins.has(first.key)) return false;
    this.#begins.add(first.key);
    return true;
  }
}
