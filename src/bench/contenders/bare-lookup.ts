import { setImmediate } from "node:timers/promises";
import { Sqlite } from "../../ledgers/sqlite/adapter.ts";
import { BOT, objectOf } from "../harness/fill-ledger.ts";

const PAGE = `
  select json_group_array(json_array(s.r2_key, s.r2_etag, s.bytes, c.status, c.tg_file_id, c.tg_file_unique_id)) as page
  from json_each(:keys) asked cross join media_store s on s.r2_key = asked.value
  cross join media_cache c on c.bot_slug = :bot and c.sha256 = s.sha256 and c.kind = s.kind`;

type Row = [key: string, etag: string, bytes: number, status: string, fileId: string, uniqueId: string];

/**
 * The least that looking up a page of ready objects takes: one statement, its result parsed, each object compared with its
 * row. The cost of plan and ledger is given as a multiple of it: the same database on the same machine, by a query
 * of its own.
 */
export class BareLookup {
  readonly #db: Sqlite;

  constructor(path: string) {
    this.#db = new Sqlite(path, path);
  }

  /** Returns how many objects from `from` to below `to` are ready, which has to be all. */
  async read(from: number, to: number): Promise<number> {
    await setImmediate();
    const objects = Array.from({ length: to - from }, (_, index) => objectOf(from + index));
    const keys = JSON.stringify(objects.map(({ key }) => key));
    const answer = this.#db.all<{ page: string }>(PAGE, { keys, bot: BOT })[0]?.page ?? "[]";
    const rows = new Map((JSON.parse(answer) as Row[]).map((row) => [row[0], row]));
    const ready = objects.filter(({ key, etag, bytes }) => {
      const [, knownEtag, knownBytes, status] = rows.get(key) ?? [];
      return status === "ready" && knownEtag === etag && knownBytes === bytes;
    });
    if (ready.length !== objects.length) throw new Error("an object was to be ready");
    return ready.length;
  }

  close(): void {
    this.#db.close();
  }
}
