import type { Connections } from "../../../src/compose/connect.ts";
import { openKeeping } from "../../../src/compose/worker.ts";
import { readRunOptions } from "../../../src/config/run-options.ts";
import { ByteBudget } from "../../../src/domain/byte-budget.ts";
import { Emitter } from "../../../src/domain/events.ts";
import { waitingBot } from "../../../src/lanes/waiting-bot.ts";
import { Waits } from "../../../src/lanes/waits.ts";
import type { Ledger } from "../../../src/ledgers/port.ts";
import { Run } from "../../../src/runs/run.ts";
import { Session } from "../../../src/runs/session.ts";
import { cachedStorage } from "../../../src/storage/cached.ts";
import { openBot } from "../../../src/telegram/client.ts";
import { keepWarm } from "../../../src/worker/keep-warm.ts";
import { finishFirst } from "../../../src/worker/pack-watch.ts";
import { startupCheck } from "../../../src/worker/startup-check.ts";
import { Mortal } from "./mortal.ts";
import type { ProcessPlan } from "./scenario.ts";
import { Wire } from "./wire.ts";
import type { World } from "./world.ts";

/** After an order to end, what is under way is cut off so many milliseconds later. */
const DRAIN_MS = 20_000;
const CACHE = { ttlMs: 300_000, maxObjectBytes: 100_000 };
/** What is read ahead and what is kept together. */
const MEMORY_BYTES = 1_000_000;

/** What a process is, and how its life goes. */
interface ProcessLife {
  readonly kind: ProcessPlan["kind"];
  readonly dieAt: number | null;
  readonly offMs?: number;
  /** Of one that looks: for rows in which states. */
  readonly only?: string | undefined;
}

/** Where processes keep their ledger. */
export interface LedgerHome {
  /** Opens it for a process. */
  open(by: Mortal, owner: string): Promise<Ledger>;
  /** A process has died. */
  died(): void;
}

/** A run or a worker, composed as the real ones are, on what is simulated; it may die at any moment. */
export class SimulatedProcess {
  readonly mortal: Mortal;
  readonly #world: World;
  readonly #kind: ProcessPlan["kind"];
  readonly #only: string;
  readonly #home: LedgerHome;
  readonly #events: Emitter;
  #opened: Session | null = null;
  #isTold = false;
  /** The deepest its queue was. */
  deepest = 0;

  constructor(
    world: World,
    { kind, dieAt, offMs = 0, only = "unknown,failed" }: ProcessLife,
    home: LedgerHome,
  ) {
    this.#world = world;
    this.#kind = kind;
    this.#only = only;
    this.mortal = new Mortal(world.schedule, world.draw, { dieAt, offMs }, () => this.#died());
    this.#home = home;
    const events = new Emitter((error) => this.#surprise("a listener threw", error));
    events.on("queued", ({ depth }) => {
      this.deepest = Math.max(this.deepest, depth);
    });
    events.on("notice", ({ text }) => world.told.push(text));
    this.#events = events;
  }

  /** Failures in a row ended it before its work was done. */
  get wasEndedByFailures(): boolean {
    return this.#opened?.stop.cause?.type === "failures";
  }

  /** Runs until it has ended, or is dead. */
  async live(): Promise<void> {
    const ended = this.#work().catch((error: unknown) => this.#surprise("it ended by an error", error));
    await Promise.race([ended, this.mortal.died]);
    this.mortal.end();
  }

  /** SIGTERM, and a second one after a while. */
  stop(): void {
    const { clock, isDead } = this.mortal;
    this.#isTold = true;
    if (isDead || this.#opened === null) return;
    const { stop } = this.#opened;
    stop.drain({ type: "signal", signal: "SIGTERM" });
    clock.after(DRAIN_MS, () => {
      this.#world.aborts += 1;
      stop.abort();
    });
  }

  async #work(): Promise<void> {
    const ledger = await this.#home.open(this.mortal, `prewarm ${this.#kind}`);
    const { config } = this.#world;
    const session = new Session({
      config,
      ledger,
      connections: this.#connections(),
      events: this.#events,
      sandbox: false,
    });
    this.#opened = session;
    if (this.#isTold) this.stop();
    await (this.#kind === "worker" ? this.#watch(session) : this.#run(session));
  }

  async #run(session: Session): Promise<void> {
    const { transfer, retries } = this.#world.scenario;
    const only = this.#kind === "only" ? { only: this.#only } : {};
    const force = this.#kind === "force";
    const options = readRunOptions({ transfer, retries: String(retries), allowEmpty: true, force, ...only });
    const run = new Run(session, options, "prewarm run");
    await run.toEnd();
    await run.close();
  }

  /** As a worker does: a ledger that is away when it is told to end is no error. */
  async #watch(session: Session): Promise<void> {
    await session.unlessAway(() => this.#keep(session));
    await session.close();
  }

  async #keep(session: Session): Promise<void> {
    const { connections, events, stop, ledger } = session;
    await session.checkWorld();
    const found = await startupCheck(
      await session.wishes(),
      () => connections.storage.check(),
      connections.clock,
    );
    if (found.fatal || stop.draining.aborted) return;
    await session.claim({ quiet: true, lanes: found.lanes });
    const { transfer, retries } = this.#world.scenario;
    const options = readRunOptions({ transfer, retries: String(retries) });
    const given = {
      config: this.#world.config,
      options,
      found,
      ledger,
      connections,
      events,
      stop,
      desk: { running: true },
    };
    const keeping = await openKeeping({ ...given, remove: null, fleet: null });
    this.#world.enqueue = (key, again) => {
      void ledger.enqueue([again ? { key, again } : { key }]).then(() => keeping.asked.ring());
    };
    // Older scenarios know of no packs, and go on as they went.
    const { finish } = keeping.packing;
    const more = this.#world.scenario.packs ? [await finishFirst(finish, connections.clock)] : [];
    await keepWarm(keeping.dispatcher, [...keeping.watches, ...more], keeping.breaker, stop);
    keeping.lanes.rememberAll();
  }

  #connections(): Connections {
    const { world, mortal } = { world: this.#world, mortal: this.mortal };
    const { clock } = mortal;
    const bucket = mortal.port(world.bucket, { name: "bucket", there: [0, 30], back: [0, 200] }, ["presign"]);
    const memory = new ByteBudget(MEMORY_BYTES);
    const storage =
      this.#kind === "worker" && world.config.bots.length > 1
        ? cachedStorage(bucket, { ...CACHE, clock, budget: memory })
        : bucket;
    const waits = new Waits(clock);
    const dispatcher = new Wire(world.wires, mortal);
    const real = {
      dispatcher,
      clock,
      redact: (text: string) => text,
      stallMs: 3_600_000,
      answerMs: 3_600_000,
    };
    const bots = world.config.bots.map(({ slug, token, chats }) => {
      const bot = openBot({ ...real, slug, token: token.reveal(), apiRoot: world.config.apiRoot });
      return {
        bot: waitingBot(mortal.port(bot, { name: "telegram", there: [0, 0], back: [0, 0] }), waits),
        chats,
      };
    });
    const wholeBytes = CACHE.maxObjectBytes;
    return {
      clock,
      storage,
      bots,
      stickers: new Map(),
      waits,
      memory,
      wholeBytes,
      close: async () => dispatcher.hangUp(),
    };
  }

  #died(): void {
    const { schedule, deaths } = this.#world;
    deaths.push({ at: schedule.now(), by: this.mortal, place: this.mortal.place });
    this.#home.died();
  }

  #surprise(what: string, error: unknown): void {
    if (this.mortal.isDead) return;
    this.#world.surprises.push(`${what}: ${error instanceof Error ? error.stack : error}`);
  }
}
