import { etagOf, headOf, lengthOf, type ObjectBody } from "./body.ts";
import { guessContentType } from "./content-type.ts";
import { KeyIndex } from "./key-index.ts";

/** One object of a bucket. */
export interface StoredObject {
  /** In the Unicode form last used. */
  readonly key: string;
  readonly body: ObjectBody;
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly contentType: string;
  /** Unix milliseconds. */
  readonly lastModified: number;
  /** Stored headers other than Content-Type: `cache-control`, `x-amz-meta-*` and so on. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What may be given when an object is put. */
interface PutOptions {
  /** Guessed when absent. */
  readonly contentType?: string | undefined;
  /** Unix milliseconds. */
  readonly lastModified: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The objects of one bucket, in memory. Keys with equal NFC forms are the same (R2 unicode interoperability). */
export class BucketStore {
  readonly name: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly #objects = new Map<string, StoredObject>();
  readonly #index = new KeyIndex();

  constructor(name: string, createdAt: number) {
    this.name = name;
    this.createdAt = createdAt;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key.normalize("NFC"));
  }

  put(key: string, body: ObjectBody, options: PutOptions): StoredObject {
    const identity = key.normalize("NFC");
    const object: StoredObject = {
      key,
      body,
      bytes: lengthOf(body),
      etag: etagOf(body),
      contentType: options.contentType ?? guessContentType(key, headOf(body)),
      lastModified: options.lastModified,
      headers: options.headers ?? {},
    };
    if (!this.#objects.has(identity)) this.#index.add(identity);
    this.#objects.set(identity, object);
    return object;
  }

  /** Removes an object; true if there was one. */
  delete(key: string): boolean {
    const identity = key.normalize("NFC");
    if (!this.#objects.delete(identity)) return false;
    this.#index.remove(identity);
    return true;
  }

  /** Returns the NFC forms of all keys, in the order of their UTF-8 bytes. */
  sortedKeys(): readonly string[] {
    return this.#index.sorted();
  }
}
