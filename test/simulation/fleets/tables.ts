import { ATTEMPTS, QUESTIONS, type Tables } from "../seeded/books.ts";
import type { SharedServer } from "./server.ts";

const FENCES = "select id, fence from prewarm_attempts";
/** All that is asked, in one row. */
const ALL = `select ${[FENCES, ...QUESTIONS].map((sql, at) => `(select json_agg(q) from (${sql}) q) as q${at}`).join(", ")}`;

/** The tables of a server, as they were when they were read last. All that is there is durable. */
export class ServerTables implements Tables {
  readonly commits = 0;
  readonly durable = 0;
  readonly #server: SharedServer;
  readonly #owners: ReadonlyMap<number, string>;
  #rows = new Map<string, Record<string, unknown>[]>();
  #read = -1;
  #text = "";
  #version = 0;

  constructor(server: SharedServer, owners: ReadonlyMap<number, string>) {
    this.#owners = owners;
    this.#server = server;
  }

  /** Reads them, if there was something to write since. */
  async refresh(): Promise<void> {
    const { writes } = this.#server;
    if (writes === this.#read) return;
    this.#read = writes;
    const answer = await this.#server.row(ALL);
    const read = JSON.stringify(answer);
    if (read === this.#text) return;
    this.#text = read;
    const [fences = [], ...answers] = Object.values(answer).map(
      (list) => JSON.parse(String(list)) as Record<string, unknown>[] | null,
    );
    const rows = new Map(QUESTIONS.map((sql, at) => [sql as string, (answers[at] ?? []).map(asSqlite)]));
    const ownerOf = new Map(fences?.map(({ id, fence }) => [id, this.#owners.get(Number(fence))]));
    for (const row of rows.get(ATTEMPTS) ?? []) row.owner = ownerOf.get(row.id);
    this.#rows = rows;
    this.#version += 1;
  }

  versionOf(): number {
    return this.#version;
  }

  rows(sql: string): readonly Record<string, unknown>[] {
    return this.#rows.get(sql) ?? [];
  }
}

function asSqlite(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [name, typeof cell === "boolean" ? Number(cell) : cell]),
  );
}
