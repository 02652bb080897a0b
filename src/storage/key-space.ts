import { compareKeys } from "../domain/key-order.ts";

/** Places before the first difference that a carry may change, and behind it that are looked at. */
const PLACES = { before: 4, behind: 10 };
/** Keys of a page that are looked at for what stands at each place. */
const SAMPLE = 200;
const CLASSES = [
  "0123456789",
  "0123456789abcdef",
  "0123456789ABCDEF",
  "abcdefghijklmnopqrstuvwxyz",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
];

/**
 * Keys as numbers, by what a page of them holds: at each place the characters that were seen there, and the rest of their
 * kind (digits, hexadecimal digits, letters). So the key that a page further on begins with can be guessed; a guess that
 * is wrong costs a request, never a key.
 */
export class KeySpace {
  readonly #prefix: string;
  readonly #places: readonly string[];
  readonly #step: bigint;

  /** Of a page of keys in order, at least two. `met` remembers what pages before it had where a carry changes a key. */
  constructor(keys: readonly string[], met: Map<number, string>) {
    const [first = "", last = ""] = [keys[0], keys.at(-1)];
    const common = commonLength(first, last);
    const start = Math.max(0, common - PLACES.before);
    const sample = keys.filter((_, at) => at % Math.ceil(keys.length / SAMPLE) === 0);
    const slow = new Set(sample.map((key) => key[common])).size > 2 ? common : common + 1;
    this.#prefix = first.slice(0, start);
    this.#places = Array.from({ length: common - start + PLACES.behind }, (_, at) => {
      const place = start + at;
      const seen = plain([...sample, last].map((key) => key[place] ?? ""));
      // All that there is at a place was seen where the one before it changed twice.
      if (place > slow) return sorted(seen) || "!";
      const all = sorted([...seen, ...(met.get(place) ?? "")]);
      met.set(place, all);
      return alphabetOf(all);
    });
    this.#step = this.#numberOf(last) - this.#numberOf(first);
  }

  /** Returns about the key that is `pages` such pages behind `key`; null where that cannot be told. */
  beyond(key: string, pages: number): string | null {
    if (!key.startsWith(this.#prefix) || this.#step <= 0n) return null;
    const guess = this.#keyOf(this.#numberOf(key) + (this.#step * BigInt(Math.round(pages * 100))) / 100n);
    return guess !== null && compareKeys(guess, key) > 0 ? guess : null;
  }

  #numberOf(key: string): bigint {
    return this.#places.reduce(
      (number, alphabet, at) =>
        number * BigInt(alphabet.length) + BigInt(rankIn(alphabet, key[this.#prefix.length + at])),
      0n,
    );
  }

  #keyOf(number: bigint): string | null {
    let rest = number;
    let tail = "";
    for (const alphabet of this.#places.toReversed()) {
      const base = BigInt(alphabet.length);
      tail = (alphabet[Number(rest % base)] ?? "") + tail;
      rest /= base;
    }
    return rest === 0n ? this.#prefix + tail : null;
  }
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** Those of ASCII, which no server writes otherwise. */
function plain(chars: readonly string[]): string[] {
  return chars.filter((char) => char >= " " && char <= "~");
}

/** These characters, and the rest of their kind, in order. */
function alphabetOf(seen: string): string {
  const words = [...seen].filter(isWord);
  if (words.length === 0) return seen || "!";
  const members = CLASSES.find((each) => words.every((char) => each.includes(char))) ?? CLASSES.join("");
  return sorted([...seen, ...members]);
}

function isWord(char: string): boolean {
  return /[0-9A-Za-z]/.test(char);
}

function sorted(chars: readonly string[]): string {
  return [...new Set(chars)].sort().join("");
}

/** The rank of the last character that is not behind this one. */
function rankIn(alphabet: string, char: string | undefined): number {
  if (char === undefined) return 0;
  let rank = 0;
  while (rank + 1 < alphabet.length && (alphabet[rank + 1] ?? "") <= char) rank += 1;
  return rank;
}
