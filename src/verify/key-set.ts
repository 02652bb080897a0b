import { createHash } from "node:crypto";
import type { Source } from "../sources/port.ts";

const BYTES = 6;

/**
 * The keys of a manifest, as 48 bits of a hash each: a million of them take 40 MB, and for one of a thousand such manifests a key
 * is taken for one of its own.
 */
export class KeySet {
  readonly #hashes = new Set<number>();

  add(key: string): void {
    this.#hashes.add(hashOf(key));
  }

  has(key: string): boolean {
    return this.#hashes.has(hashOf(key));
  }

  get size(): number {
    return this.#hashes.size;
  }
}

function hashOf(key: string): number {
  return createHash("md5").update(key).digest().readUIntBE(0, BYTES);
}

/** Reads the keys of a manifest; `onBad` is told of each line that makes no sense. Throws SourceFailed. */
export async function keysOf(manifest: Source, onBad: (text: string) => void): Promise<KeySet> {
  const keys = new KeySet();
  for await (const page of manifest)
    for (const item of page) {
      if (item.type === "bad") onBad(`${item.where}: ${item.failure.message}`);
      else keys.add(item.type === "entry" ? item.entry.key : item.key);
    }
  return keys;
}
