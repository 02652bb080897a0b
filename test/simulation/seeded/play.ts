import { DiskHome } from "./disk-home.ts";
import { lendHistograms } from "./histograms.ts";
import { Judge } from "./judge.ts";
import { SimulatedProcess } from "./process.ts";
import type { ProcessPlan, Scenario } from "./scenario.ts";
import { traceOf } from "./trace.ts";
import { World } from "./world.ts";

/** How a scenario went. */
export interface Played {
  /** What was not as it was promised; empty for a good one. */
  readonly wrongs: readonly string[];
  readonly steps: number;
  readonly crashes: number;
  readonly posts: number;
  /** Where it was asked for: the same for two plays in which the same happened. */
  readonly trace: string;
}

interface PlayOptions {
  readonly trace?: boolean;
}

/** A process that makes more steps than these never ends. */
const MOST_STEPS = 20_000;
const SETTLED_MS = 700_000;
const QUIET = { type: "process", dieAt: null, stopAt: null, gapMs: 60_000 } as const;

/** Plays a scenario to its end: its processes, one after another, then a plain run, one for what is in doubt, and a plain one again. */
export async function play(scenario: Scenario, { trace = false }: PlayOptions = {}): Promise<Played> {
  const { random } = Math;
  const world = new World(scenario);
  Math.random = world.draw.random;
  const giveBack = lendHistograms();
  try {
    return await new Stage(world).play(trace);
  } finally {
    giveBack();
    Math.random = random;
    world.close();
  }
}

class Stage {
  readonly #world: World;
  readonly #judge: Judge;

  constructor(world: World) {
    this.#world = world;
    this.#judge = new Judge(world, world.disk);
    world.schedule.onCalm = () => {
      this.#judge.look();
      return this.#isWell;
    };
  }

  async play(trace: boolean): Promise<Played> {
    const { scenario } = this.#world;
    for (const part of scenario.parts) {
      if (part.type === "process" && this.#isWell) await this.#live(part);
      if (part.type === "pause" && this.#isWell) await this.#pause(part.ms);
      if (part.type === "from here") this.#world.wires.loseLater(part);
      if (part.type === "between") this.#world.happen(part.what);
    }
    this.#world.calmDown();
    // After it nothing is too young to be looked for, whatever the clock says.
    const gapMs = SETTLED_MS + this.#world.setBackMs;
    if (this.#isWell) await this.#live({ ...QUIET, kind: "run", gapMs });
    if (this.#isWell) this.#judge.end(false);
    await this.#resolve();
    if (this.#isWell) this.#judge.end(true);
    return this.#played(trace);
  }

  /** As people do: looks for what is in doubt, runs, and again as long as that changes anything: a new post may be what there is to look from. */
  async #resolve(): Promise<void> {
    let [before, doubts] = [Number.POSITIVE_INFINITY, this.#judge.doubts];
    let hasPosted = false;
    while (this.#isWell && (doubts < before || (hasPosted && doubts > 0))) {
      const { length: earlier } = this.#world.telegram.posts;
      const look = { ...QUIET, kind: "only" } as const;
      // What fails comes first again in each such run: where it ends one before its looks, people ask for what is in doubt alone.
      if ((await this.#live(look)) && this.#isWell) await this.#live(look, "unknown");
      const { length: posts } = this.#world.telegram.posts;
      // It finds by what is listed now which keys have the content that was in doubt.
      if (this.#isWell) await this.#live({ ...QUIET, kind: "run" });
      if (this.#isWell) this.#judge.idle(posts);
      [before, doubts] = [doubts, this.#judge.doubts];
      hasPosted = posts > earlier;
    }
  }

  get #isWell(): boolean {
    return this.#judge.wrongs.length === 0;
  }

  /** Returns whether failures in a row ended it. */
  async #live(plan: ProcessPlan, only?: string): Promise<boolean> {
    const { schedule } = this.#world;
    if (plan.kind === "force") this.#world.turn();
    const process = new SimulatedProcess(this.#world, { ...plan, only }, new DiskHome(this.#world));
    if (plan.stopAt !== null) process.mortal.clock.after(plan.stopAt, () => process.stop());
    this.#world.kill = () => process.mortal.die("killed");
    const hasEnded = await schedule.until(process.live(), MOST_STEPS);
    process.mortal.end();
    this.#world.kill = () => {};
    if (!this.#isWell) return false;
    this.#judge.deepest(plan.kind, process.deepest);
    if (!hasEnded) this.#judge.stuck(plan.kind);
    this.#world.enqueue = () => {};
    await this.#pause(plan.gapMs);
    return process.wasEndedByFailures;
  }

  async #pause(ms: number): Promise<void> {
    const { schedule } = this.#world;
    const pause = new Promise<void>((resolve) => {
      schedule.after(ms, resolve);
    });
    await schedule.until(pause, MOST_STEPS);
  }

  #played(trace: boolean): Played {
    const { schedule, deaths, telegram } = this.#world;
    return {
      wrongs: this.#judge.wrongs,
      steps: schedule.steps,
      crashes: deaths.length,
      posts: telegram.posts.length,
      trace: trace ? traceOf(this.#world) : "",
    };
  }
}
