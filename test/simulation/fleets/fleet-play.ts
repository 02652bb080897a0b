import { lendHistograms } from "../seeded/histograms.ts";
import { Judge } from "../seeded/judge.ts";
import { SimulatedProcess } from "../seeded/process.ts";
import type { SeenCall, ToldWait } from "../seeded/wire.ts";
import { type Company, World } from "../seeded/world.ts";
import type { FleetScenario, Life } from "./fleet-scenario.ts";
import type { SharedServer } from "./server.ts";
import { type Owners, SharedHome } from "./shared-home.ts";
import { ServerTables } from "./tables.ts";

/** How a fleet went. */
export interface FleetPlayed {
  /** What was not as it was promised; empty for a good one. */
  readonly wrongs: readonly string[];
  readonly steps: number;
  readonly crashes: number;
  readonly posts: number;
}

const MOST_STEPS = 100_000;
const SETTLED_MS = 700_000;
/** After so many milliseconds nothing is under a lease of a process that is gone. */
const LEASES_OVER_MS = 60_000;
/** Milliseconds within which a process may not have written down what it was told, nor another have read it. */
const ON_ITS_WAY_MS = 3_000;

/** Plays processes beside one another at a ledger in PostgreSQL, then a plain run, and what people do about what is in doubt. */
export async function playFleet(scenario: FleetScenario, server: SharedServer): Promise<FleetPlayed> {
  const { random } = Math;
  const world = new World(scenario.world);
  await server.begin(world.schedule, new Set(scenario.lost));
  Math.random = world.draw.random;
  const giveBack = lendHistograms();
  try {
    return await new FleetStage(world, server, scenario).play();
  } finally {
    giveBack();
    Math.random = random;
    world.close();
  }
}

/** A process stood still, or nobody was there to ask for the ledger. */
interface Standstill {
  /** Null for all. */
  readonly by: object | null;
  readonly from: number;
  readonly until: number;
}

class FleetStage implements Company {
  readonly #world: World;
  readonly #server: SharedServer;
  readonly #scenario: FleetScenario;
  readonly #judge: Judge;
  readonly #standstills: Standstill[] = [];
  readonly #owners: Owners = new Map();
  readonly #alive = new Set<SimulatedProcess>();
  /** What is to be done when a process makes its next post. */
  readonly #onPost = new Map<object, () => void>();
  #seenCalls = 0;

  constructor(world: World, server: SharedServer, scenario: FleetScenario) {
    this.#world = world;
    this.#server = server;
    this.#scenario = scenario;
    const tables = new ServerTables(server, this.#owners);
    this.#judge = new Judge(world, tables);
    world.company = this;
    world.kill = () => this.#killOne();
    world.schedule.onCalm = async () => {
      await tables.refresh();
      this.#judge.look();
      this.#seeCalls();
      return this.#isWell;
    };
  }

  async play(): Promise<FleetPlayed> {
    const { lives, outages } = this.#scenario;
    const { schedule } = this.#world;
    for (const { at, ms } of outages) schedule.after(at, () => this.#goAway(ms), this.#world);
    const all = Promise.all(lives.map((life) => this.#live(life)));
    const haveEnded = await schedule.until(all, MOST_STEPS);
    if (this.#isWell && !haveEnded) this.#judge.stuck("fleet");
    for (const process of this.#alive) process.mortal.end();
    this.#world.calmDown();
    await this.#pause(LEASES_OVER_MS);
    await this.#alone("run", SETTLED_MS + this.#world.setBackMs);
    if (this.#isWell) this.#judge.end(false);
    await this.#resolve();
    if (this.#isWell) this.#judge.end(true);
    const { deaths, telegram } = this.#world;
    return {
      wrongs: this.#judge.wrongs,
      steps: schedule.steps,
      crashes: deaths.length,
      posts: telegram.posts.length,
    };
  }

  /** Questions are asked by what a process read when it began: only what may post asks the ledger once more. */
  couldNotKnow({ by, startedAt, method }: SeenCall, wait: ToldWait): boolean {
    if (startedAt - wait.toldAt < ON_ITS_WAY_MS || method.startsWith("get")) return true;
    return [wait.by, by].some((each) => this.#stoodStill(each, wait.toldAt - ON_ITS_WAY_MS, startedAt));
  }

  isLate({ by, startedAt }: SeenCall): boolean {
    return this.#stoodStill(by, startedAt - 2 * ON_ITS_WAY_MS, startedAt);
  }

  hasStoodStill({ by, startedAt }: SeenCall): boolean {
    return this.#stoodStill(by, startedAt, this.#world.schedule.now());
  }

  get haveStoodStill(): boolean {
    return this.#standstills.length > 0;
  }

  get #isWell(): boolean {
    return this.#judge.wrongs.length === 0;
  }

  #stoodStill(by: object, from: number, until: number): boolean {
    return this.#standstills.some(
      (each) => (each.by === null || each.by === by) && each.from <= until && each.until >= from,
    );
  }

  #seeCalls(): void {
    const { calls } = this.#world.wires;
    for (const { by, method } of calls.slice(this.#seenCalls))
      if (method.startsWith("send")) this.#onPost.get(by)?.();
    this.#seenCalls = calls.length;
  }

  async #live({ kind, startAt, dieAt, stopAt, offMs, stands, standsInCall }: Life): Promise<void> {
    const { schedule } = this.#world;
    await new Promise<void>((resolve) => {
      schedule.after(startAt, resolve);
    });
    const process = new SimulatedProcess(
      this.#world,
      { kind, dieAt, offMs },
      new SharedHome(this.#server, this.#owners),
    );
    const { mortal } = process;
    this.#alive.add(process);
    if (stopAt !== null) mortal.clock.after(stopAt, () => process.stop());
    for (const { at, ms } of stands) mortal.clock.after(at, () => this.#stand(process, ms));
    let posts = 0;
    const { nth, afterMs, ms: standsMs } = standsInCall ?? { nth: 0, afterMs: 0, ms: 0 };
    this.#onPost.set(mortal, () => {
      posts += 1;
      if (posts === nth) schedule.after(afterMs, () => this.#stand(process, standsMs), mortal);
    });
    await process.live();
    this.#alive.delete(process);
    if (kind === "worker") this.#world.enqueue = () => {};
  }

  /** One process, and nobody beside it. Returns whether failures in a row ended it. */
  async #alone(kind: "run" | "only", gapMs: number, only?: string): Promise<boolean> {
    if (!this.#isWell) return false;
    const { schedule } = this.#world;
    const process = new SimulatedProcess(
      this.#world,
      { kind, dieAt: null, only },
      new SharedHome(this.#server, this.#owners),
    );
    const hasEnded = await schedule.until(process.live(), MOST_STEPS);
    process.mortal.end();
    if (this.#isWell && !hasEnded) this.#judge.stuck(kind);
    if (this.#isWell) await this.#pause(gapMs);
    return process.wasEndedByFailures;
  }

  async #pause(ms: number): Promise<void> {
    const { schedule } = this.#world;
    const pause = new Promise<void>((resolve) => {
      schedule.after(ms, resolve);
    });
    await schedule.until(pause, MOST_STEPS);
  }

  /** As people do: looks for what is in doubt, runs, and again as long as that changes anything. */
  async #resolve(): Promise<void> {
    let [before, doubts] = [Number.POSITIVE_INFINITY, this.#judge.doubts];
    while (this.#isWell && doubts < before) {
      // What fails comes first again in each such run: where it ends one before its looks, people ask for what is in doubt alone.
      if (await this.#alone("only", 60_000)) await this.#alone("only", 60_000, "unknown");
      const { length: posts } = this.#world.telegram.posts;
      await this.#alone("run", 60_000);
      if (this.#isWell) this.#judge.idle(posts);
      [before, doubts] = [doubts, this.#judge.doubts];
    }
  }

  #stand({ mortal }: SimulatedProcess, ms: number): void {
    const from = this.#world.schedule.now();
    this.#standstills.push({ by: mortal, from, until: from + ms });
    mortal.stand(ms);
  }

  #goAway(ms: number): void {
    const from = this.#world.schedule.now();
    this.#standstills.push({ by: null, from, until: from + ms });
    this.#server.leave(ms);
  }

  #killOne(): void {
    const [first] = this.#alive;
    first?.mortal.die("killed");
  }
}
