import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Ended, type Running, start } from "../../helpers/child.ts";
import type { LifeEnd, Tools } from "../life.ts";
import type { Link, WireFault } from "../wire-fault.ts";
import { WireProxy } from "../wire-proxy.ts";
import type { FleetEnds } from "./fleet-ends.ts";

/** When something was done to a place, in Unix milliseconds. */
interface Harm {
  readonly from: number;
  until: number;
}

/** What a place is given. */
export interface PlaceOptions {
  readonly nth: number;
  readonly ends: FleetEnds;
  /** The way to the bucket, which all share: a ledger knows a bucket by its endpoint. */
  readonly r2: WireProxy;
  readonly tools: Tools;
  /** Where its way to the Bot API is; 0 for any port. A ledger knows the Bot API by its root, so all have one port, each on an address of its own. */
  readonly botApiPort: number;
  readonly env: Readonly<Record<string, string>>;
  readonly database: string;
  readonly args: readonly string[];
  /** Hears how each process of it ended. */
  readonly ended: (end: LifeEnd, place: Place) => void;
}

/** Real milliseconds. Whatever happens, a worker ends within them after SIGTERM. */
const PATIENCE_MS = 180_000;
/** What all call the Bot API's host, which each finds at an address of its own. */
const BOT_API_HOST = "telegram.localhost";
/** How long what struck at the database may be felt. */
const FELT_MS = 20_000;

/** A place of a fleet: a worker, replaced whenever it ends, and its own ways to the Bot API and the database. */
export class Place {
  readonly nth: number;
  readonly links: Readonly<Record<Link, WireProxy>>;
  /** Processes so far. */
  lives = 0;
  readonly #options: PlaceOptions;
  readonly #harms: Harm[] = [];
  readonly #sent = new Set<NodeJS.Signals>();
  #running: Running | null = null;
  #isOver = false;
  #whole: Promise<void> = Promise.resolve();

  static async open(options: PlaceOptions): Promise<Place> {
    const place = new Place(options);
    await Promise.all(place.own.map((proxy) => proxy.open()));
    place.#whole = place.#live();
    return place;
  }

  private constructor(options: PlaceOptions) {
    const { ends, r2, database, nth, botApiPort } = options;
    this.#options = options;
    this.nth = nth;
    const signal = (name: NodeJS.Signals, ms: number) => this.signal(name, ms);
    const proxyTo = (link: Link, url: string, where = {}) =>
      new WireProxy({ link, target: Number(new URL(url).port), faults: [], signal, ...where });
    this.links = {
      r2,
      "bot-api": proxyTo("bot-api", ends.botApi.url, { address: this.#address, port: botApiPort }),
      postgres: proxyTo("postgres", database),
    };
  }

  /** The proxies that are of this place alone. */
  get own(): readonly WireProxy[] {
    return [this.links["bot-api"], this.links.postgres];
  }

  /** What a process here has in its environment. */
  get env(): Record<string, string> {
    const { ends, env, database, tools } = this.#options;
    const ledger = new URL(database);
    ledger.host = `localhost:${this.links.postgres.port}`;
    return {
      ...ends.env(),
      ...env,
      R2_ENDPOINT: `http://localhost:${this.links.r2.port}`,
      TELEGRAM_API_ROOT: `http://${BOT_API_HOST}:${this.links["bot-api"].port}`,
      PREWARM_LEDGER: ledger.href,
      NODE_OPTIONS: `--import=file://${tools.noNames}`,
      TORTURE_NO_NAMES: this.#noNames,
      TORTURE_HOST: `${BOT_API_HOST}=${this.#address}`,
    };
  }

  get #address(): string {
    return `127.0.0.${this.nth + 2}`;
  }

  get #noNames(): string {
    return join(this.#options.ends.dir, `no-names-${this.nth}`);
  }

  /** Sends a signal; after SIGSTOP the process goes on `ms` later. */
  signal(name: NodeJS.Signals, ms: number): void {
    const running = this.#running;
    if (running === null) return;
    this.#sent.add(name);
    // A process that was killed is missed until the next one has begun.
    this.#harm(name === "SIGSTOP" ? ms : Number.POSITIVE_INFINITY);
    running.signal(name);
    if (name === "SIGSTOP") setTimeout(() => running.signal("SIGCONT"), ms);
  }

  /** Has this happen to its next requests. */
  strike(fault: WireFault): void {
    this.links[fault.link].add(fault);
  }

  /** The link is away for so long: nobody listens, or nothing passes and nothing is closed. */
  outage(link: Link, how: "refuse" | "hush", ms: number): void {
    if (link === "postgres") this.#harm(ms);
    void this.links[link][how](ms);
  }

  /** It finds no host by its name for so long. */
  loseNames(ms: number): void {
    this.#harm(ms);
    writeFileSync(this.#noNames, "");
    for (const proxy of this.own) proxy.cutAll();
    setTimeout(() => rmSync(this.#noNames, { force: true }), ms);
  }

  /** Whether what a process here learned then may have been lost: it was stopped or ended, or its database was away. */
  wasHarmed(from: number, until: number): boolean {
    const isNear = (harm: Harm) => harm.from <= until && harm.until + FELT_MS >= from;
    const strikes = this.links.postgres.struckAt.map((at) => ({ from: at, until: at }));
    return [...this.#harms, ...strikes].some(isNear);
  }

  /** From now on all passes, and its process goes on. */
  calm(): void {
    rmSync(this.#noNames, { force: true });
    this.#running?.signal("SIGCONT");
    for (const proxy of this.own) proxy.calm();
  }

  /** Ends the process as a service manager does, and waits for that. */
  async stop(): Promise<void> {
    this.#isOver = true;
    this.#sent.add("SIGTERM");
    this.#running?.signal("SIGTERM");
    await this.#whole;
  }

  /** Ends all at once. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#running?.signal("SIGKILL");
    await this.#whole;
    await Promise.all(this.own.map((proxy) => proxy.close()));
  }

  #harm(ms: number): void {
    this.#harms.push({ from: Date.now(), until: Date.now() + ms });
  }

  /** One process after another, as a service manager starts them. */
  async #live(): Promise<void> {
    const { tools, ends, args, ended } = this.#options;
    while (!this.#isOver) {
      this.#sent.clear();
      this.lives += 1;
      const running = start([process.execPath, tools.bin, ...args], { cwd: ends.dir, env: this.env });
      this.#running = running;
      for (const harm of this.#harms) if (harm.until === Number.POSITIVE_INFINITY) harm.until = Date.now();
      const { end, hung } = await this.#endOf(running);
      this.#running = null;
      ended({ ended: end, sent: new Set(this.#sent), hung }, this);
      for (let ms = 0; ms < 2_000 && !this.#isOver; ms += 100) await delay(100);
    }
  }

  /** How it ended; a worker that was told to and does not is killed. */
  async #endOf(running: Running): Promise<{ end: Ended; hung: boolean }> {
    let [told, hung] = [0, false];
    const watch = setInterval(() => {
      if (!this.#sent.has("SIGTERM")) return;
      told += 1_000;
      if (told < PATIENCE_MS || hung) return;
      hung = true;
      running.signal("SIGKILL");
    }, 1_000);
    const end = await running.ended;
    clearInterval(watch);
    return { end, hung };
  }
}
