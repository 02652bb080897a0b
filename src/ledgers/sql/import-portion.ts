import { isProvisional } from "../../domain/content.ts";
import type { LedgerRow } from "../columns.ts";
import { aliasesThere, keysThere, type RowThere, rowName, rowsThere, servedThere } from "./import-there.ts";
import type { Steps } from "./steps.ts";

/** A line, and the content that it is of. */
export type LineOf = LedgerRow & { readonly content: string | null };

/** What is written for a line; `was` is what is there, undefined where nothing is. */
export interface ImportChange<There> {
  readonly was: There | undefined;
  readonly line: LineOf;
}

/** What a portion of lines comes to: each key, name of content and row is in it once. */
export interface ImportChanges {
  readonly keys: ReadonlyMap<string, ImportChange<string | null>>;
  /** The SHA-256 that is known of content, by its name without that. */
  readonly aliases: ReadonlyMap<string, string>;
  /** By {@link rowName}. */
  readonly rows: ReadonlyMap<string, ImportChange<RowThere>>;
}

/** What a table has: asked for many names at once, and for one that was not foreseen when it is wanted. */
class Known<There> {
  readonly #ask: (names: readonly string[]) => Steps<ReadonlyMap<string, There>>;
  readonly #there = new Map<string, There | undefined>();

  constructor(ask: (names: readonly string[]) => Steps<ReadonlyMap<string, There>>) {
    this.#ask = ask;
  }

  *foresee(names: Iterable<string>): Steps<void> {
    const asked = [...new Set(names)].filter((name) => !this.#there.has(name));
    if (asked.length === 0) return;
    const there = yield* this.#ask(asked);
    for (const name of asked) this.#there.set(name, there.get(name));
  }

  /** Undefined where nothing is. */
  *at(name: string): Steps<There | undefined> {
    if (!this.#there.has(name)) yield* this.foresee([name]);
    return this.#there.get(name);
  }
}

/** What a ledger has of lines that are taken in, as if each were written before the next one is looked at. */
export class ImportPortion {
  readonly #keys = new Known(keysThere);
  readonly #rows = new Known(rowsThere);
  readonly #aliases = new Known(aliasesThere);
  readonly #served = new Known(servedThere);
  readonly #newlyServed = new Set<string>();
  readonly #changes = {
    keys: new Map<string, ImportChange<string | null>>(),
    aliases: new Map<string, string>(),
    rows: new Map<string, ImportChange<RowThere>>(),
  };

  get changes(): ImportChanges {
    return this.#changes;
  }

  /** Asks at once for most of what lines will ask for, whose contents are as yet without what has become known of them. */
  *foresee(lines: readonly LineOf[]): Steps<void> {
    yield* this.#keys.foresee(lines.flatMap(({ key }) => key ?? []));
    const contents = lines.flatMap(({ content }) => content ?? []);
    yield* this.#aliases.foresee(contents.filter(isProvisional));
    const rows: string[] = [];
    const rivals: string[] = [];
    for (const { key, bot, kind, content: unread } of lines) {
      const content = unread === null ? null : yield* this.resolve(unread);
      if (bot !== null && content !== null) rows.push(rowName({ bot, content, kind }));
      const there = key === null ? undefined : yield* this.#keys.at(key);
      if (there && there !== content) rivals.push(there);
    }
    yield* this.#rows.foresee(rows);
    yield* this.#served.foresee(rivals);
  }

  /** The content of a key; undefined where there is no such key. */
  *key(key: string): Steps<string | null | undefined> {
    const line = this.#changes.keys.get(key)?.line;
    return line ? line.content : yield* this.#keys.at(key);
  }

  *putKey(key: string, line: LineOf): Steps<void> {
    this.#changes.keys.set(key, { was: yield* this.#keys.at(key), line });
  }

  /** The SHA-256 of content whose name is none, if it has become known, else that name. */
  *resolve(content: string): Steps<string> {
    if (!isProvisional(content)) return content;
    return this.#changes.aliases.get(content) ?? (yield* this.#aliases.at(content)) ?? content;
  }

  *putAlias(provisional: string, content: string): Steps<void> {
    if ((yield* this.resolve(provisional)) === provisional) this.#changes.aliases.set(provisional, content);
  }

  /** Whether readers are served by this content. */
  *serves(content: string): Steps<boolean> {
    return this.#newlyServed.has(content) || (yield* this.#served.at(content)) === true;
  }

  /** The row of a line; undefined where there is none. */
  *row(line: LineOf): Steps<RowThere | undefined> {
    const name = rowName(line);
    const was = yield* this.#rows.at(name);
    const put = this.#changes.rows.get(name)?.line;
    if (!put) return was;
    const { file_id: fileId, status } = put;
    return { worth: worthOf(put), fileId, status, underWay: was?.underWay ?? false };
  }

  *putRow(line: LineOf): Steps<void> {
    const name = rowName(line);
    this.#changes.rows.set(name, { was: yield* this.#rows.at(name), line });
    if (line.content !== null && worthOf(line) === 2) this.#newlyServed.add(line.content);
  }
}

/** How much a line is worth: 2 for an id that works, 1 for a dead one, 0 for none. */
export function worthOf({ status, file_id, dead_at }: LedgerRow): number {
  if (status !== "ready" || file_id === null) return 0;
  return dead_at === null ? 2 : 1;
}
