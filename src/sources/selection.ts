import { failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import { SourceFailed } from "../domain/source-failed.ts";
import { type KeyFilter, patternTest } from "./filter.ts";
import { KeySample } from "./key-sample.ts";
import type { SelectionTally, Source } from "./port.ts";

/** What chooses among the keys of a source. */
interface SelectionRules {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Only objects of this kind take part. */
  readonly kind?: MediaKind | undefined;
}

/** Why a source had no key. */
export interface NoKeys {
  /** In a sentence. */
  readonly text: string;
  /** There are keys, but the prefix is that of none of them. */
  readonly isMissed: boolean;
}

export interface SelectionOptions extends SelectionRules {
  /** Whether the keys come from a listing of the bucket. */
  readonly isListing: boolean;
  /** What to do when a filter touched no key: end as a mistake in the selection, or just say so. */
  readonly onNothing: "refuse" | "warn" | "inform";
  /** Asked when the source had no key. */
  readonly whenEmpty: () => Promise<NoKeys>;
  /** Takes a sentence for people. */
  readonly tell: (level: "info" | "warn", text: string) => void;
}

interface Pattern {
  readonly flag: "--include" | "--exclude";
  readonly text: string;
  readonly test: KeyFilter;
  touched: boolean;
}

/**
 * `--include`, `--exclude` and `--kind` over the keys of a source that is read once. A key takes part when no exclude matches
 * it, and some include does (all do without includes), in whatever order the patterns are given. It remembers what each of
 * them touched, so that a filter that found nothing is told.
 */
export class KeySelection implements SelectionTally {
  readonly #options: SelectionOptions;
  readonly #include: readonly Pattern[];
  readonly #exclude: readonly Pattern[];
  readonly #sample = new KeySample();
  readonly #kinds = new Map<MediaKind, number>();
  #keys = 0;
  #filtered = 0;

  constructor(options: SelectionOptions) {
    this.#options = options;
    this.#include = options.include.map((text) => patternOf("--include", text));
    this.#exclude = options.exclude.map((text) => patternOf("--exclude", text));
  }

  get filtered(): number {
    return this.#filtered;
  }

  get listed(): number {
    return this.#options.isListing ? this.#keys : 0;
  }

  /** Whether some `--exclude` has matched a key. */
  get hasExcluded(): boolean {
    return this.#exclude.some(({ touched }) => touched);
  }

  readonly takes: KeyFilter = (key) => {
    this.#keys += 1;
    if (this.#include.length + this.#exclude.length === 0) return true;
    this.#sample.add(key);
    const excluded = touch(this.#exclude, key);
    const included = touch(this.#include, key) || this.#include.length === 0;
    const isIn = included && !excluded;
    if (!isIn) this.#filtered += 1;
    return isIn;
  };

  takesKind(kind: MediaKind): boolean {
    const { kind: wanted } = this.#options;
    if (wanted === undefined) return true;
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    if (kind === wanted) return true;
    this.#filtered += 1;
    return false;
  }

  async ended(): Promise<void> {
    if (this.#keys > 0) return this.#judge(this.untouched());
    const { text, isMissed } = await this.#options.whenEmpty();
    if (isMissed) this.#judge({ text, isWhole: true });
    else this.#options.tell("info", text);
  }

  #judge({ text, isWhole }: { readonly text: string | null; readonly isWhole: boolean }): void {
    const { tell, onNothing } = this.#options;
    if (text === null) return;
    if (isWhole && onNothing === "refuse") throw new SourceFailed(failure("selection_empty", text));
    tell(onNothing === "inform" ? "info" : "warn", text);
  }

  /** What no key of the source matched, in a sentence; `isWhole` when all patterns of a flag, or the kind, are among it. */
  untouched(): { readonly text: string | null; readonly isWhole: boolean } {
    const idle = [...this.#include, ...this.#exclude].filter(({ touched }) => !touched);
    const { kind } = this.#options;
    const kindIdle = kind !== undefined && this.#kinds.size > 0 && !this.#kinds.has(kind);
    const texts = idle.map((pattern) => this.#ofPattern(pattern));
    if (kindIdle) texts.push(`--kind ${kind} matched none of them: they are ${this.#kindsThere()}`);
    const isWhole = kindIdle || [this.#include, this.#exclude].some(isIdle);
    return { text: texts.length === 0 ? null : texts.join("; "), isWhole };
  }

  #ofPattern({ flag, text }: Pattern): string {
    const isFolder = text.includes("/") || !text.includes(".");
    const there = isFolder ? `the nearest are ${this.#sample.near(baseOf(text))}` : this.#sample.extensions();
    return `${flag} '${text}' matched none of ${keys(this.#keys)}: ${there}`;
  }

  #kindsThere(): string {
    return [...this.#kinds].map(([kind, count]) => `${kind} (${count})`).join(", ");
  }
}

function patternOf(flag: Pattern["flag"], text: string): Pattern {
  return { flag, text, test: patternTest(text), touched: false };
}

/** Whether any of them matches; each is tried until it has matched some key. */
function touch(patterns: readonly Pattern[], key: string): boolean {
  let any = false;
  for (const pattern of patterns) {
    if ((any && pattern.touched) || !pattern.test(key)) continue;
    pattern.touched = true;
    any = true;
  }
  return any;
}

function isIdle(patterns: readonly Pattern[]): boolean {
  return patterns.length > 0 && patterns.every(({ touched }) => !touched);
}

/** The part of a pattern before its first wildcard. */
function baseOf(pattern: string): string {
  return pattern.split(/[*?[{(]/)[0] ?? "";
}

function keys(count: number): string {
  return count === 1 ? "1 key" : `${String(count).replace(/\B(?=(\d{3})+$)/g, ",")} keys`;
}

/**
 * The source, once it is sure that what was to be excluded is there: an `--exclude` that matches nothing must not end in its
 * objects being sent. `open` reads the source anew with the filter it is given; most often a page is enough.
 * Throws SourceFailed like {@link KeySelection.ended}.
 */
export async function* onceExcluded(
  open: (filter: KeyFilter) => Source,
  selection: KeySelection,
  options: SelectionOptions,
): Source {
  const looking = new KeySelection({ ...options, include: [], kind: undefined });
  let isThere = false;
  for await (const _page of open(looking.takes)) {
    isThere = looking.hasExcluded;
    if (isThere) break;
  }
  if (!isThere) await looking.ended();
  yield* open(selection.takes);
}
