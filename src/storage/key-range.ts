import type { Failure } from "../domain/failure.ts";
import { compareKeys } from "../domain/key-order.ts";
import type { Result } from "../domain/result.ts";
import { type ListingPage, Way } from "./follow-pages.ts";
import { KeySpace } from "./key-space.ts";
import type { ListedObject } from "./port.ts";

/** Where a page begins: at a token of the page before it, or behind a key. */
export interface PageStart {
  readonly from?: string | undefined;
  readonly after?: string | undefined;
}

/** Asks for one page. Never rejects. */
export type FetchPage = (start: PageStart) => Promise<Result<ListingPage>>;

/** A guess is this much less than a page away, so that keys that are a little closer still come in one. */
const CLOSE = 0.9;
/** Pages that a range has to go on for, beyond what came, to be worth a cut. */
const ENOUGH = 1.5;

/** The keys behind one key up to another, read page by page, one of them ahead. */
export class KeyRange {
  readonly after: string | undefined;
  /** The last key that may be its own; null for the end of the listing. */
  until: string | null;
  /** Pages that nobody took yet. */
  readonly pages: (readonly ListedObject[])[] = [];
  failure: Failure | null = null;
  /** The page that is being fetched. */
  coming: Promise<void> | null = null;
  /** The last key that came. */
  last: string | undefined;
  /** By what keys further on are guessed. */
  space: KeySpace | null;
  /** Whether no page of it came yet. */
  isFresh = true;
  readonly #way: Way;
  #next: PageStart | null;

  constructor(repeated: () => Failure, after?: string, before?: KeyRange) {
    this.after = after;
    this.until = before?.until ?? null;
    this.space = before?.space ?? null;
    this.last = after;
    this.#next = { after };
    this.#way = new Way(repeated);
  }

  /** Whether all its pages came. */
  get ended(): boolean {
    return this.#next === null;
  }

  /** Whether to fetch another page, with so many at most that nobody took. */
  wantsPage(most: number): boolean {
    return this.coming === null && this.failure === null && !this.ended && this.pages.length < most;
  }

  /** Where the range after the page that is next would begin, if this one goes on for more than that. */
  get cut(): string | null {
    if (this.last === undefined || this.ended || !this.space) return null;
    const far = this.until === null ? null : this.space.beyond(this.last, ENOUGH);
    if (this.until !== null && (far === null || compareKeys(far, this.until) >= 0)) return null;
    return this.space.beyond(this.last, CLOSE);
  }

  /** Fetches the next page; `came` is told the whole of it, with what belongs to the next range, and how much was kept. */
  fetch(ask: FetchPage, came: (page: Result<ListingPage>, range: KeyRange) => void): void {
    this.coming = ask(this.#next ?? {}).then((page) => {
      this.coming = null;
      const judged = this.#way.judged(page);
      came(judged, this);
    });
  }

  /** Keeps what belongs to this range; returns how many objects that are. `met` as in {@link KeySpace}. */
  keep({ objects, next }: ListingPage, met: Map<number, string>): number {
    const { until } = this;
    this.isFresh = false;
    const own = until === null ? objects : objects.filter(({ key }) => compareKeys(key, until) <= 0);
    this.#next = next === undefined || own.length < objects.length ? null : { from: next };
    this.last = own.at(-1)?.key ?? this.last;
    if (objects.length > 1 && next !== undefined)
      this.space = new KeySpace(
        objects.map(({ key }) => key),
        met,
      );
    if (own.length > 0 || objects.length === 0) this.pages.push(own);
    return own.length;
  }
}

/** Whether these keys are in the order of S3, and all behind `after`. */
export function areInOrder(objects: readonly ListedObject[], after: string | undefined): boolean {
  let before = after;
  for (const { key } of objects) {
    if (before !== undefined && compareKeys(before, key) >= 0) return false;
    before = key;
  }
  return true;
}
