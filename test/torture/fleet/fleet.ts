import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "../../../src/sandbox/profiles.ts";
import { pick } from "../draw.ts";
import { wrongsOfEnd } from "../end-verdict.ts";
import { LedgerReader } from "../ledger-reader.ts";
import type { LifeEnd } from "../life.ts";
import type { RoundSum } from "../round.ts";
import { postsOf, wrongsOfLedger } from "../verdict.ts";
import { Arrivals } from "./arrivals.ts";
import { FleetEnds } from "./fleet-ends.ts";
import { argsOf, type FleetPlan, type FleetStage, settingsOf } from "./fleet-plan.ts";
import { again, deadLetters, early, endedAlone, lastLineOf, notWarm, paces } from "./fleet-verdict.ts";
import { Place } from "./place.ts";
import { TroubleMaker } from "./trouble-maker.ts";
import { lineOfTrouble } from "./troubles.ts";

/** So many rows wait at most. */
const MOST_WAITING = 250;
const WAITING = "select count(*)::int as n from media_cache where status <> 'ready'";
const ENTERED = "select count(*)::int as n from prewarm_processes where command = 'prewarm worker'";
const UNKNOWN = "select count(*)::int as n from media_cache where status = 'unknown'";

/** Plays a fleet in trouble for so long, then without, and holds what it left against what the far ends saw. */
export async function playFleet(plan: FleetPlan, stage: FleetStage): Promise<RoundSum> {
  const ends = await FleetEnds.open(plan.seed, plan.bots, plan.chats);
  const fleet = new Fleet(plan, stage, ends, await stage.server.newDatabase());
  try {
    return await fleet.play();
  } finally {
    await fleet.close();
    await ends.close();
  }
}

class Fleet {
  readonly #plan: FleetPlan;
  readonly #stage: FleetStage;
  readonly #ends: FleetEnds;
  readonly #database: string;
  readonly #ledger: LedgerReader;
  readonly #arrivals: Arrivals;
  readonly #began = Date.now();
  readonly #wrongs: string[] = [];
  readonly #troubles: TroubleMaker;
  #commands = 0;
  #unknowns = 0;

  constructor(plan: FleetPlan, stage: FleetStage, ends: FleetEnds, database: string) {
    this.#plan = plan;
    this.#stage = stage;
    this.#ends = ends;
    this.#database = database;
    this.#ledger = new LedgerReader(database);
    this.#troubles = new TroubleMaker(ends, stage.server, seededRandom(plan.seed), plan.troubles);
    this.#arrivals = new Arrivals(ends, database, stage.tools, seededRandom(plan.seed + 1), (end, args) => {
      this.#commands += 1;
      this.#ended(end, args.join(" "));
    });
  }

  async play(): Promise<RoundSum> {
    await this.#troubles.r2.open();
    for (let nth = 0; nth < this.#plan.workers; nth++) this.#troubles.places.push(await this.#open(nth));
    await this.#untilEntered();
    const { minutes, pauses } = this.#plan;
    const until = Date.now() + minutes * 60_000;
    await Promise.all([
      this.#each(pauses.trouble, until, () => this.#trouble()),
      this.#each(pauses.work, until, () => this.#work()),
      this.#each(60_000, until, () => this.#minute()),
    ]);
    this.#say("from now on nothing happens to them");
    this.#troubles.calm();
    await this.#untilReady();
    await Promise.all(this.#troubles.places.map((place) => place.stop()));
    return this.#sum();
  }

  async close(): Promise<void> {
    await this.#troubles.close();
  }

  get #anyPlace(): Place {
    return pick(Math.random, this.#troubles.places);
  }

  get #isStopped(): boolean {
    return this.#stage.stop?.aborted === true;
  }

  #say(text: string): void {
    this.#stage.say(`${((Date.now() - this.#began) / 60_000).toFixed(1).padStart(5)} min  ${text}`);
  }

  #open(nth: number): Promise<Place> {
    const { ends, tools } = { ends: this.#ends, tools: this.#stage.tools };
    return Place.open({
      nth,
      ends,
      r2: this.#troubles.r2,
      tools,
      botApiPort: this.#troubles.places[0]?.links["bot-api"].port ?? 0,
      env: settingsOf(this.#plan),
      database: this.#database,
      args: argsOf(this.#plan),
      ended: (end, place) =>
        this.#ended(end, `worker ${place.lives} at place ${place.nth + 1}`, endedAlone(end)),
    });
  }

  #ended(end: LifeEnd, who: string, more: readonly string[] = []): void {
    const { code, signal } = end.ended;
    this.#stage.tell?.(`${who} ended ${code ?? signal}: ${lastLineOf(end)}`);
    if (this.#isStopped) return;
    const found = [...wrongsOfEnd(end, false, this.#ends.dir), ...more];
    const wrongs = found.map((wrong) => `${who}: ${wrong}`);
    for (const wrong of wrongs) this.#say(`violation: ${wrong}`);
    this.#wrongs.push(...wrongs);
  }

  /** Does something again and again until a moment, and waits for none of it but the last. */
  async #each(ms: number, until: number, act: () => Promise<void>): Promise<void> {
    for (let next = Date.now() + ms; next < until && !this.#isStopped; next += ms) {
      while (Date.now() < next && !this.#isStopped) await delay(100);
      if (!this.#isStopped) await act();
    }
  }

  async #trouble(): Promise<void> {
    const trouble = this.#troubles.next();
    this.#stage.tell?.(lineOfTrouble(trouble));
    await this.#troubles.make(trouble);
  }

  /** More work, as long as not too much waits. */
  async #work(): Promise<void> {
    const waiting = await this.#count(WAITING);
    if (waiting === null || waiting > MOST_WAITING) return;
    // What takes long, since its database is away, keeps nothing else from arriving.
    void this.#arrivals.next(this.#anyPlace);
  }

  async #minute(): Promise<void> {
    const [unknowns, waiting] = [await this.#count(UNKNOWN), await this.#count(WAITING)];
    const lives = this.#troubles.places.reduce((sum, place) => sum + place.lives, 0);
    this.#say(
      `${this.#arrivals.wanted.length} wanted, ${waiting ?? "?"} wait, ${unknowns ?? "?"} of them unknown; ${postsOf(this.#ends).length} posts, ${lives} workers, ${this.#wrongs.length} violations so far`,
    );
    if (unknowns !== null && unknowns > 0) void this.#arrivals.enqueue(this.#anyPlace, "--only", "unknown");
  }

  /** The number that a query counts; null while there is no database. */
  async #count(sql: string): Promise<number | null> {
    const rows = await this.#ledger.rows(sql).catch(() => null);
    return rows === null ? null : Number(rows[0]?.n ?? 0);
  }

  /** Until all workers are there, or one has ended as none should. */
  async #untilEntered(): Promise<void> {
    const there = async () => ((await this.#count(ENTERED)) ?? 0) >= this.#plan.workers;
    while (!this.#isStopped && this.#wrongs.length === 0 && !(await there())) await delay(200);
  }

  /** Until all that is wanted is ready, or nothing more becomes ready. */
  async #untilReady(): Promise<void> {
    let [best, since, asked] = [Number.POSITIVE_INFINITY, Date.now(), 0];
    const place = this.#troubles.places[0];
    while (place && !this.#isStopped && Date.now() - since < this.#plan.pauses.stall) {
      const missing = (await notWarm(this.#ends, this.#ledger, this.#arrivals.wanted)).length;
      if (missing < best) [best, since] = [missing, Date.now()];
      if (missing === 0 && this.#arrivals.left === 0 && (await this.#count(WAITING)) === 0) return;
      if (Date.now() - asked > this.#plan.pauses.again) {
        asked = Date.now();
        this.#unknowns = Math.max(this.#unknowns, (await this.#count(UNKNOWN)) ?? 0);
        await this.#arrivals.enqueueLeft(place);
        await this.#arrivals.enqueue(place, "--only", "failed,unknown");
        this.#say(`${missing} are not ready`);
      }
      await delay(2_000);
    }
  }

  /** What is wrong in what it left. */
  async #leftWrong(): Promise<string[]> {
    return [
      ...(await notWarm(this.#ends, this.#ledger, this.#arrivals.wanted)),
      ...(await wrongsOfLedger(this.#ends, this.#ledger, true)),
      ...(await deadLetters(this.#ledger)),
    ];
  }

  async #sum(): Promise<RoundSum> {
    const { wanted } = this.#arrivals;
    const { most, wrongs } = paces(this.#troubles.places);
    const tooEarly = early(this.#troubles.places);
    // Ctrl-C in a terminal ends the database as well.
    const left = this.#isStopped ? [] : [...(await this.#leftWrong()), ...wrongs, ...tooEarly.wrongs];
    this.#say(
      `the most calls of a lane in a minute: ${most}; ${tooEarly.waits} waits were told; ${again(this.#ends)} objects were posted again after a call in doubt`,
    );
    return {
      wrongs: [...this.#wrongs, ...left],
      struck: this.#troubles.struck,
      processes: this.#commands + this.#troubles.places.reduce((sum, place) => sum + place.lives, 0),
      items: wanted.length,
      posts: postsOf(this.#ends).length,
      unknowns: this.#unknowns,
    };
  }
}
