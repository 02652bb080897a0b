import { manifestSourceOf, prefixesOf, selectionOf } from "../compose/verify.ts";
import type { Config } from "../config/config.ts";
import type { VerifyOptions } from "../config/verify-options.ts";
import type { LedgerReader } from "../ledgers/reader.ts";
import { type ClaimFilter, type ClaimPage, claimPages } from "../verify/claims.ts";
import { ClaimCount } from "../verify/count.ts";
import { type KeySet, keysOf } from "../verify/key-set.ts";

export interface CheckScopeOptions {
  readonly config: Config;
  readonly options: VerifyOptions;
  readonly reader: LedgerReader;
  readonly draining: AbortSignal;
  /** Takes a sentence for people. */
  readonly tell: (level: "info" | "warn", text: string) => void;
}

/** Which ids of a ledger are to be checked: read twice, once to count them. */
export class CheckScope {
  readonly #given: CheckScopeOptions;
  #manifest: KeySet | null = null;
  #badLines = 0;

  constructor(options: CheckScopeOptions) {
    this.#given = options;
  }

  /** Lines of the manifest that make no sense. */
  get badLines(): number {
    return this.#badLines;
  }

  /** Counts what there is, and tells of filters that match nothing. Throws ConfigError and SourceFailed. */
  async count(): Promise<ClaimCount> {
    const { config, options, reader, draining, tell } = this.#given;
    const manifest = manifestSourceOf(options);
    this.#manifest = manifest && (await keysOf(manifest, (text) => this.#bad(text)));
    const selection = selectionOf(options, reader.place, tell);
    const counted = new ClaimCount();
    for await (const page of claimPages(reader, this.#filter(selection))) {
      counted.add(page);
      if (draining.aborted) return counted;
    }
    await selection.ended();
    for (const bot of await reader.bots())
      if (!config.bots.some(({ slug }) => slug === bot))
        tell("info", `ids of bot ${bot} are not checked: no token of it is configured`);
    return counted;
  }

  /** What is to be checked; once it is counted. */
  pages(): AsyncIterable<ClaimPage> {
    const { options, reader } = this.#given;
    return claimPages(reader, this.#filter(selectionOf(options, reader.place, () => {})));
  }

  #bad(text: string): void {
    this.#badLines += 1;
    this.#given.tell("warn", text);
  }

  #filter(selection: ReturnType<typeof selectionOf>): ClaimFilter {
    const { config, options } = this.#given;
    const manifest = this.#manifest;
    return {
      bots: config.bots.map(({ slug }) => slug),
      prefixes: prefixesOf(options),
      from: options.from,
      takesKey: (key) => (manifest === null || manifest.has(key)) && selection.takes(key),
      takesKind: (kind) => selection.takesKind(kind),
    };
  }
}
