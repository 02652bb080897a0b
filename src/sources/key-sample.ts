import { distance } from "fastest-levenshtein";
import { sameSpelling } from "./filter.ts";

/** Names remembered of each kind; a bucket may have millions. */
const MOST_NAMES = 1_000;
/** Names that a sentence can hold. */
const SHOWN = 3;
/** Levels of folders that are remembered. */
const DEPTH = 3;

/** What keys there are, by folder and by extension, for a sentence to somebody whose filter found none of them. */
export class KeySample {
  readonly #folders = new Map<string, number>();
  readonly #extensions = new Map<string, number>();
  #keys = 0;

  get keys(): number {
    return this.#keys;
  }

  add(key: string): void {
    this.#keys += 1;
    const names = key.split("/");
    for (let depth = 1; depth <= Math.min(DEPTH, names.length - 1); depth++)
      bump(this.#folders, `${names.slice(0, depth).join("/")}/`);
    if (names.length === 1) bump(this.#folders, key);
    const extension = /\.[^./]+$/.exec(key)?.[0];
    bump(this.#extensions, extension === undefined ? "names without an extension" : `*${extension}`);
  }

  /** The folders (keys, where there is none around them) that look most like `wanted`, with the number of their keys. */
  near(wanted: string): string {
    const aim = sameSpelling(wanted).replace(/^\/+/, "").toLowerCase();
    return shown(this.#folders, (name) => distance(aim, sameSpelling(name).toLowerCase()));
  }

  /** The extensions that most keys have, as `they are ...`. */
  extensions(): string {
    return `they are ${shown(this.#extensions, () => 0)}`;
  }
}

function bump(counts: Map<string, number>, name: string): void {
  if (counts.has(name) || counts.size < MOST_NAMES) counts.set(name, (counts.get(name) ?? 0) + 1);
}

function shown(counts: ReadonlyMap<string, number>, order: (name: string) => number): string {
  const names = [...counts]
    .map(([name, count]) => ({ name, count, rank: order(name) }))
    .sort((a, b) => a.rank - b.rank || b.count - a.count);
  const first = names.slice(0, SHOWN).map(({ name, count }) => `${name} (${count})`);
  const more = names.length - first.length;
  return `${first.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
