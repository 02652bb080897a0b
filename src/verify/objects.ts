import pLimit from "p-limit";
import type { Clock } from "../domain/clock.ts";
import type { Entry, SourceItem } from "../domain/entry.ts";
import type { Failure } from "../domain/failure.ts";
import { compareKeys } from "../domain/key-order.ts";
import { LIMITS } from "../domain/limits.ts";
import { askPatiently, type Patience } from "../domain/patience.ts";
import type { R2Operations } from "../domain/work-forecast.ts";
import type { Source } from "../sources/port.ts";
import type { Storage } from "../storage/port.ts";
import { isSameObject, type LedgerClaim, type SeenObject } from "./claim.ts";

/** What the bucket says of a key. */
export type ObjectState =
  | { readonly is: "there"; readonly object: SeenObject }
  | { readonly is: "gone"; readonly failure: Failure }
  /** It gave no answer that decides. */
  | { readonly is: "unclear"; readonly failure: Failure };

/** Asks the bucket about the objects of claims. */
export interface ObjectCheck {
  /** What it says of the keys of these claims, which come in the order of keys. Throws SourceFailed. */
  of(claims: readonly LedgerClaim[]): Promise<ReadonlyMap<string, ObjectState>>;
  /** Requests so far, as far as they are known. */
  readonly operations: R2Operations;
  close(): Promise<void>;
}

export interface HeadsOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly patience: Patience;
  readonly draining: AbortSignal;
}

/** HEAD requests under way at once. */
const HEADS = 16;

/** One HEAD for each key. */
export class HeadCheck implements ObjectCheck {
  readonly #options: HeadsOptions;
  readonly #places = pLimit(HEADS);
  #asked = 0;

  constructor(options: HeadsOptions) {
    this.#options = options;
  }

  get operations(): R2Operations {
    return { classA: 0, classB: this.#asked };
  }

  async of(claims: readonly LedgerClaim[]): Promise<ReadonlyMap<string, ObjectState>> {
    const keys = [...new Set(claims.map(({ key }) => key))];
    const states = await Promise.all(
      keys.map((key) => this.#places(async () => [key, await this.#ask(key)] as const)),
    );
    return new Map(states);
  }

  async close(): Promise<void> {}

  async #ask(key: string): Promise<ObjectState> {
    const { storage, clock, patience, draining: signal } = this.#options;
    const head = () => {
      this.#asked += 1;
      return storage.head(key, signal);
    };
    const mayPass = ({ class: failureClass }: Failure) => failureClass === "transient";
    const there = await askPatiently(head, { patience, clock, signal, mayPass });
    if (there.ok) return { is: "there", object: there.value };
    const { failure } = there;
    return { is: failure.reason === "object_missing" ? "gone" : "unclear", failure };
  }
}

/**
 * A listing, read side by side with the ledger, which has the same order. What it does not have, or has otherwise, is asked for by a HEAD
 * before that is said: the object may have come meanwhile, and a server may order or spell its keys otherwise.
 */
export class ListingCheck implements ObjectCheck {
  readonly #pages: AsyncIterator<readonly SourceItem[]>;
  readonly #heads: ObjectCheck;
  /** What was listed and not gone through, from `#next` on. */
  #page: readonly SourceItem[] = [];
  #next = 0;
  /** The last key that was gone through. */
  #at: string | null = null;
  #listed = 0;

  constructor(listing: Source, heads: ObjectCheck) {
    this.#pages = listing[Symbol.asyncIterator]();
    this.#heads = heads;
  }

  get operations(): R2Operations {
    const classA = Math.ceil(this.#listed / LIMITS.r2.pageObjects);
    return { classA, classB: this.#heads.operations.classB };
  }

  async of(claims: readonly LedgerClaim[]): Promise<ReadonlyMap<string, ObjectState>> {
    const listed = await this.#among(claims);
    const isSure = (claim: LedgerClaim) => {
      const object = listed.get(claim.key);
      return object !== undefined && isSameObject(claim, object);
    };
    const asked = await this.#heads.of(claims.filter((claim) => !isSure(claim)));
    const sure = [...listed].map(([key, object]) => [key, { is: "there", object }] as const);
    return new Map<string, ObjectState>([...sure, ...asked]);
  }

  async close(): Promise<void> {
    await this.#pages.return?.();
  }

  /** Which of these keys are listed, as what; none where the listing is beyond them already. */
  async #among(claims: readonly LedgerClaim[]): Promise<Map<string, SeenObject>> {
    const [first, last] = [claims[0]?.key, claims.at(-1)?.key];
    const found = new Map<string, SeenObject>();
    if (first === undefined || last === undefined) return found;
    if (this.#at !== null && compareKeys(first, this.#at) <= 0) return found;
    const wanted = new Set(claims.map(({ key }) => key));
    do {
      for (; this.#next < this.#page.length; this.#next += 1) {
        const object = objectOf(this.#page[this.#next] as SourceItem);
        if (compareKeys(object.key, last) > 0) return found;
        this.#at = object.key;
        if (wanted.has(object.key)) found.set(object.key, { etag: object.etag ?? "", bytes: object.bytes });
      }
    } while (await this.#turn());
    return found;
  }

  async #turn(): Promise<boolean> {
    const { done, value } = await this.#pages.next();
    if (done === true) return false;
    this.#page = value;
    this.#next = 0;
    this.#listed += value.length;
    return true;
  }
}

/** An object that needs no work, such as an empty one, is there all the same. */
function objectOf(item: SourceItem): Entry {
  if (item.type === "entry") return item.entry;
  if (item.type === "skip") return item.entry ?? { key: item.key, bytes: item.bytes };
  return { key: item.key ?? "" };
}
