import type { Failure } from "../domain/failure.ts";
import { compareKeys } from "../domain/key-order.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import type { ListingPage } from "./follow-pages.ts";
import { areInOrder, type FetchPage, KeyRange } from "./key-range.ts";
import type { ListedObject } from "./port.ts";

export interface RangedOptions {
  readonly fetchPage: FetchPage;
  /** Asks for the one key behind this one; null where there is none, or none could be had. */
  readonly fetchKeyAfter: (after: string) => Promise<string | null>;
  readonly signal: AbortSignal;
  /** What is wrong with a page that leads back. */
  readonly repeated: () => Failure;
  /** What is wrong with a page whose keys are not behind the one that they were asked from. */
  readonly disordered: () => Failure;
}

/** Ranges at once, at most, and pages that have to have come for each one more: a short listing is not worth a guess. */
const AT_ONCE = 8;
const PAGES_EACH = 8;
/** Pages that the reader has to have waited for before more than one is fetched at a time. */
const PATIENCE = 3;
/** Pages of a range that wait for the reader, where there are several. */
const BUFFERED = 2;
/** Where less of what came was of use in so many pages, as many are read without a guess. */
const USEFUL = { least: 0.75, over: 32 };

/**
 * The pages of a listing in order, each key once, as fast as the reader takes them: while it waits, ranges of keys further on are
 * fetched at the same time. A range begins behind a key that is guessed from the keys of a page and ends where the next one
 * begins, so that a wrong guess costs a request (a Class A operation) and never a key. It begins only once the server has shown that
 * it orders keys as S3 does and starts behind a key as it is asked to; with the first failure it fetches one page ahead again.
 */
export async function* rangedPages(
  options: RangedOptions,
): AsyncGenerator<Result<readonly ListedObject[]>, void, "again" | undefined> {
  const listing = new RangedListing(options);
  for (;;) {
    const page = await listing.next();
    if (page === null) return;
    const wish = yield page;
    if (!page.ok && (wish !== "again" || options.signal.aborted)) return;
  }
}

class RangedListing {
  readonly #options: RangedOptions;
  readonly #ranges: KeyRange[];
  readonly #met = new Map<number, string>();
  #waits = 0;
  /** Whether ranges may be made: not asked yet, being asked, or answered. */
  #splits: "unasked" | "asking" | "yes" | "no" = "unasked";
  #pages = 0;
  #pausedUntil = 0;
  #came = 0;
  #kept = 0;

  constructor(options: RangedOptions) {
    this.#options = options;
    this.#ranges = [new KeyRange(options.repeated)];
  }

  /** The next page or failure; null at the end. A failed page is asked for again by the next call. */
  async next(): Promise<Result<readonly ListedObject[]> | null> {
    for (;;) {
      this.#fill();
      const [front] = this.#ranges;
      if (!front) return null;
      const page = front.pages.shift();
      if (page) {
        this.#fill();
        return ok(page);
      }
      const { failure } = front;
      if (failure) {
        front.failure = null;
        return failed(failure);
      }
      if (front.coming) await this.#wait(front.coming);
      else this.#ranges.shift();
    }
  }

  #wait(coming: Promise<void>): Promise<void> {
    this.#waits += 1;
    return coming;
  }

  #fill(): void {
    const most = this.#ranges.length > 1 ? BUFFERED : 1;
    for (const range of this.#ranges)
      if (range.wantsPage(most)) range.fetch(this.#options.fetchPage, this.#take);
    const room = Math.min(AT_ONCE, 1 + Math.floor(this.#pages / PAGES_EACH));
    if (this.#splits !== "yes" || this.#pages < this.#pausedUntil) return;
    while (this.#ranges.length < room && this.#split());
  }

  /** Cuts the first range that is long enough; false where there is none, or no key can be guessed. */
  #split(): boolean {
    for (const [at, range] of this.#ranges.entries()) {
      const { cut } = range;
      if (cut !== null) {
        const added = new KeyRange(this.#options.repeated, cut, range);
        range.until = cut;
        this.#ranges.splice(at + 1, 0, added);
        added.fetch(this.#options.fetchPage, this.#take);
        return true;
      }
    }
    return false;
  }

  readonly #take = (page: Result<ListingPage>, range: KeyRange): void => {
    if (!this.#ranges.includes(range)) return;
    if (!page.ok) {
      range.failure = page.failure;
      this.#splits = "no";
    } else if (areInOrder(page.value.objects, range.last)) this.#keep(page.value, range);
    else this.#keepDisordered(page.value, range);
    if (this.#ranges.length > 1) this.#fill();
  };

  #keep(page: ListingPage, range: KeyRange): void {
    this.#pages += 1;
    this.#came += page.objects.length;
    if (page.next === undefined) this.#endWith(range);
    this.#kept += range.keep(page, this.#met);
    if (this.#pages % USEFUL.over === 0) this.#judge();
    const isTime = this.#splits === "unasked" && this.#waits >= PATIENCE && page.next !== undefined;
    if (isTime && page.objects.length > 1) void this.#ask(page.objects.map(({ key }) => key));
  }

  /** Whether the server starts behind a key, and orders keys as we do: asked for one that has come already. */
  async #ask(keys: readonly string[]): Promise<void> {
    this.#splits = "asking";
    const middle = Math.floor(keys.length / 2);
    const key = await this.#options.fetchKeyAfter(keys[middle - 1] ?? "");
    // A failure meanwhile has said no.
    if (this.#splits === "asking") this.#splits = key !== null && key === keys[middle] ? "yes" : "no";
  }

  /** Where too many keys came twice, guesses are bad. */
  #judge(): void {
    if (this.#kept < this.#came * USEFUL.least) this.#pausedUntil = this.#pages + USEFUL.over;
    this.#came = 0;
    this.#kept = 0;
  }

  /** A server with an order of its own is followed page by page from here on; what lies behind comes by that way. */
  #keepDisordered(page: ListingPage, range: KeyRange): void {
    this.#splits = "no";
    const [first] = page.objects;
    if (range.isFresh && range.after !== undefined && first && compareKeys(first.key, range.after) <= 0) {
      range.failure = this.#options.disordered();
      return;
    }
    this.#endWith(range);
    range.keep(page, this.#met);
  }

  #endWith(range: KeyRange): void {
    this.#ranges.length = this.#ranges.indexOf(range) + 1;
    range.until = null;
  }
}
