import { accept, type Checked, refuse } from "./errors.ts";
import { compareUtf8, firstIndex } from "./key-index.ts";
import type { BucketStore, StoredObject } from "./store.ts";

/** A ListObjectsV2 request. */
export interface ListQuery {
  readonly prefix: string;
  /** `""` for none. */
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly startAfter: string;
  readonly token: string | undefined;
}

/** One page: objects and common prefixes count together against `maxKeys`. */
export interface ListPage {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  /** Where the next page begins; null on the last. */
  readonly nextToken: string | null;
}

/** A page has at most 1,000 entries, and that many by default. */
export const PAGE_SIZE = 1000;

/** Returns the page of `bucket` that `query` asks for; finds its start by binary search. */
export function listPage(bucket: BucketStore, query: ListQuery): Checked<ListPage> {
  const start = startOf(bucket.sortedKeys(), query);
  return start.ok ? accept(collect(bucket, query, start.value)) : start;
}

function startOf(keys: readonly string[], query: ListQuery): Checked<number> {
  const atPrefix = firstIndex(keys, (key) => compareUtf8(key, query.prefix) < 0);
  const position =
    query.token === undefined ? { last: query.startAfter, prefix: false } : readToken(query.token);
  if (!position) return refuse("InvalidArgument", "The continuation token provided is incorrect");
  return accept(Math.max(atPrefix, indexAfter(keys, position)));
}

function collect(bucket: BucketStore, query: ListQuery, start: number): ListPage {
  const keys = bucket.sortedKeys();
  const objects: StoredObject[] = [];
  const commonPrefixes: string[] = [];
  let position: Position | undefined;
  let at = start;
  for (let key = keys[at]; key?.startsWith(query.prefix); key = keys[at]) {
    if (objects.length + commonPrefixes.length >= query.maxKeys) {
      return { objects, commonPrefixes, nextToken: position ? writeToken(position) : null };
    }
    const common = commonPrefixOf(key, query);
    position = { last: common ?? key, prefix: common !== undefined };
    if (common === undefined) {
      const object = bucket.get(key);
      if (object) objects.push(object);
      at++;
    } else {
      commonPrefixes.push(common);
      at = indexAfter(keys, position);
    }
  }
  return { objects, commonPrefixes, nextToken: null };
}

function commonPrefixOf(key: string, query: ListQuery): string | undefined {
  if (query.delimiter === "") return undefined;
  const end = key.indexOf(query.delimiter, query.prefix.length);
  return end < 0 ? undefined : key.slice(0, end + query.delimiter.length);
}

/** The last entry of the page before: a key, or a common prefix with everything under it. */
interface Position {
  readonly last: string;
  readonly prefix: boolean;
}

function indexAfter(keys: readonly string[], { last, prefix }: Position): number {
  return firstIndex(keys, (key) => compareUtf8(key, last) <= 0 || (prefix && key.startsWith(last)));
}

function writeToken({ last, prefix }: Position): string {
  return Buffer.from(`${prefix ? "p" : "k"}${last}`).toString("base64url");
}

function readToken(token: string): Position | undefined {
  const text = Buffer.from(token, "base64url").toString();
  if (!/^[pk]/.test(text)) return undefined;
  return { last: text.slice(1), prefix: text.startsWith("p") };
}
