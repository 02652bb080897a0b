import { createHash } from "node:crypto";
import pg from "pg";
import type { Random } from "../../../src/sandbox/profiles.ts";
import { type Ended, start } from "../../helpers/child.ts";
import { between, pick } from "../draw.ts";
import { contentOf } from "../held-bucket.ts";
import type { LifeEnd, Tools } from "../life.ts";
import type { FleetBot, FleetEnds } from "./fleet-ends.ts";
import type { Place } from "./place.ts";

/** An object that a bot is to have an id of. */
export interface Wanted {
  readonly bot: FleetBot;
  readonly key: string;
}

/** What workers list themselves. */
export const LISTED = "listed/";

/** Work that arrives while a fleet works: by `prewarm enqueue`, by rows that somebody writes, and by objects that are listed. */
export class Arrivals {
  readonly wanted: Wanted[] = [];
  readonly #ends: FleetEnds;
  readonly #database: string;
  readonly #tools: Tools;
  readonly #ended: (end: LifeEnd, args: readonly string[]) => void;
  readonly #random: Random;
  /** Prefixes that no `enqueue` has written yet. */
  #left: string[] = [];
  #made = 0;

  constructor(
    ends: FleetEnds,
    database: string,
    tools: Tools,
    random: Random,
    ended: (end: LifeEnd, args: readonly string[]) => void,
  ) {
    this.#ends = ends;
    this.#database = database;
    this.#tools = tools;
    this.#random = random;
    this.#ended = ended;
  }

  /** Prefixes that still are to be enqueued. */
  get left(): number {
    return this.#left.length;
  }

  /** The next work, in one of the three ways. */
  async next(place: Place): Promise<void> {
    const way = this.#random();
    if (way < 0.5) return this.#byRows(pick(this.#random, this.#ends.bots));
    const prefix = way < 0.75 ? LISTED : `asked/${this.#made}/`;
    for (let n = between(this.#random, 1, 3); n > 0; n--) {
      const key = this.#make(prefix);
      for (const bot of this.#ends.bots) this.wanted.push({ bot, key });
    }
    if (prefix !== LISTED) this.#left.push(prefix);
    await this.enqueueLeft(place);
  }

  /** Runs `enqueue` for what no such command has written to its end. */
  async enqueueLeft(place: Place): Promise<void> {
    const prefixes = this.#left;
    this.#left = [];
    for (const prefix of prefixes) {
      const { code } = await this.enqueue(place, "--prefix", prefix);
      if (code !== 0) this.#left.push(prefix);
    }
  }

  async enqueue(place: Place, ...flags: readonly string[]): Promise<Ended> {
    const args = ["enqueue", "--json", ...flags];
    const running = start([process.execPath, this.#tools.bin, ...args], {
      cwd: this.#ends.dir,
      env: place.env,
    });
    const hung = setTimeout(() => running.signal("SIGKILL"), 180_000);
    const ended = await running.ended;
    clearTimeout(hung);
    this.#ended({ ended, sent: new Set(), hung: ended.signal === "SIGKILL" }, args);
    return ended;
  }

  /** As a platform does: rows in `warming` for one bot. */
  async #byRows(bot: FleetBot): Promise<void> {
    const keys = Array.from({ length: between(this.#random, 3, 9) }, () => this.#make("rows/"));
    const client = new pg.Client({ connectionString: this.#database });
    client.on("error", () => {});
    // The server may be away just now; these objects then are nobody's.
    await client.connect().catch(() => null);
    for (const key of keys) await this.#insert(client, bot, key).catch(() => null);
    await client.end().catch(() => null);
  }

  async #insert(client: pg.Client, bot: FleetBot, key: string): Promise<void> {
    const body = bodyOf(key);
    const [sha256, md5] = ["sha256", "md5"].map((name) => createHash(name).update(body).digest("hex"));
    const kind = key.endsWith(".png") ? "photo" : "document";
    await client.query("begin");
    await client.query(
      "insert into media_store (r2_key, kind, r2_etag, bytes, sha256) values ($1, $2, $3, $4, $5)",
      [key, kind, md5, body.length, sha256],
    );
    await client.query("insert into media_cache (bot_slug, sha256, kind) values ($1, $2, $3)", [
      bot.slug,
      sha256,
      kind,
    ]);
    await client.query("commit");
    this.wanted.push({ bot, key });
  }

  #make(prefix: string): string {
    this.#made += 1;
    const key = `${prefix}${String(this.#made).padStart(6, "0")}.${this.#made % 3 === 0 ? "png" : "pdf"}`;
    this.#ends.bucket.put(key, bodyOf(key));
    return key;
  }
}

/** Some are larger than what is read at once. */
function bodyOf(key: string): Buffer {
  const nth = Number(/(\d+)\.\w+$/.exec(key)?.[1] ?? 0);
  return contentOf(key, "", nth % 40 === 1 ? 1_200_000 + nth : 120 + nth);
}
