import type { IdQuery, IdReport, Ids, WarmId } from "../../src/ids/port.ts";

/** Ids that a test puts on a shelf, which may hang or break, and keeps what is reported. */
export class Shelf implements Ids {
  readonly reports: IdReport[] = [];
  readonly queries: IdQuery[] = [];
  trouble: "none" | "hangs" | "breaks" = "none";
  readonly #ids = new Map<string, WarmId>();

  /** Shows reports of what was learned to lookups, as a ledger does. */
  readonly keeps: boolean;

  constructor({ keeps = true }: { readonly keeps?: boolean } = {}) {
    this.keeps = keeps;
  }

  put(key: string, id: WarmId): void {
    this.#ids.set(key, id);
  }

  async fileId(query: IdQuery): Promise<WarmId | null> {
    this.queries.push(query);
    await this.#suffer();
    return this.#ids.get(query.key) ?? null;
  }

  fileIds(queries: readonly (string | IdQuery)[]): Promise<(WarmId | null)[]> {
    return Promise.all(
      queries.map((query) => this.fileId(typeof query === "string" ? { key: query } : query)),
    );
  }

  async report(report: IdReport): Promise<void> {
    await this.#suffer();
    this.reports.push(report);
    const { key, fileId, kind, storedKind = kind } = report;
    if (this.keeps && report.type === "learned") this.put(key, { fileId, kind: storedKind, weak: false });
  }

  async close(): Promise<void> {}

  async #suffer(): Promise<void> {
    if (this.trouble === "breaks") throw new Error("the ledger is gone");
    if (this.trouble === "hangs") await new Promise<never>(() => {});
  }
}
