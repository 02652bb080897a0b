/**
 * Keys in the order of their UTF-8 bytes. Changes are collected and applied at the next read, so that listing many pages
 * costs one sort, and a listing after few changes one pass.
 */
export class KeyIndex {
  #sorted: string[] = [];
  readonly #added = new Set<string>();
  readonly #removed = new Set<string>();

  /** `key` must not be in it. */
  add(key: string): void {
    if (!this.#removed.delete(key)) this.#added.add(key);
  }

  /** `key` must be in it. */
  remove(key: string): void {
    if (!this.#added.delete(key)) this.#removed.add(key);
  }

  /** Returns all keys; the array is valid until the next change. */
  sorted(): readonly string[] {
    if (this.#removed.size > 0) this.#sorted = this.#sorted.filter((key) => !this.#removed.has(key));
    if (this.#added.size > 0) {
      // Two sorted runs: the engine's merge sort joins them in about one pass.
      const added = [...this.#added].sort(compareUtf8);
      this.#sorted = this.#sorted.concat(added).sort(compareUtf8);
    }
    this.#added.clear();
    this.#removed.clear();
    return this.#sorted;
  }
}

/** Compares two strings by their UTF-8 encodings, without encoding them: below 0, 0, above 0. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** UTF-16 puts surrogates (code points from U+10000 on) below U+E000..U+FFFF; UTF-8 puts them above. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/**
 * Returns the index of the first key for which `isBefore` is false; it must be true for all keys before that one and
 * false after.
 */
export function firstIndex(keys: readonly string[], isBefore: (key: string) => boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(keys[middle] ?? "")) low = middle + 1;
    else high = middle;
  }
  return low;
}
