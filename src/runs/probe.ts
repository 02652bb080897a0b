import { openConform } from "../compose/conform.ts";
import { connect, openLedger } from "../compose/connect.ts";
import { type OpenProbe, openProbe } from "../compose/probe.ts";
import type { Config } from "../config/config.ts";
import type { ProbeWish } from "../config/probe-options.ts";
import { unlessAborted } from "../domain/abort.ts";
import type { Clock } from "../domain/clock.ts";
import { Emitter } from "../domain/events.ts";
import { patienceOf } from "../domain/patience.ts";
import { MessageBudget } from "../probe/budget.ts";
import { type ConformOutcome, conform, messagesOf } from "../probe/conform.ts";
import type { ProbeExperiment, ProbePlace } from "../probe/experiment.ts";
import type { PlayedFact } from "../probe/facts/fact.ts";
import { type ProbeListener, type ProbeOutcome, probe } from "../probe/probe.ts";
import { SAMPLE_MEDIA } from "../sandbox/demo.ts";
import { exitCodeOf } from "./exit-code.ts";
import { findLanes } from "./find-lanes.ts";
import { lanesOf, ownLanes, type ProbedLanes, standingIn, takeLanes } from "./probe-lanes.ts";
import { clearLeft, findAllLost } from "./probe-left.ts";
import { Session } from "./session.ts";

export interface OpenProbeRunOptions {
  readonly config: Config;
  readonly options: ProbeWish;
  readonly experiments: readonly ProbeExperiment[];
  readonly redact: (text: string) => string;
}

/** Where a probe is going to post, and how much. */
interface ProbePlan {
  readonly bot: string;
  readonly chats: readonly { readonly id: string; readonly title: string; readonly type: string }[];
  /** Messages at the most. */
  readonly most: number;
}

/** Hears where a probe posts, and of its waits, in milliseconds. */
interface PlanWatcher {
  readonly planned: (plan: ProbePlan) => void;
  readonly waiting: (ms: number) => void;
}

/** Hears of everything that a screen shows. */
export interface ProbeWatcher extends ProbeListener, PlanWatcher {}

/** Hears of facts that are played. */
interface ConformWatcher extends PlanWatcher {
  readonly ended: (outcome: ConformOutcome) => void;
}

/** What decides the exit code. */
interface EndedProbe {
  readonly status: string;
}

/** How a probe ended. */
export interface ProbeEnd<O extends EndedProbe = ProbeOutcome> {
  readonly exitCode: number;
  readonly outcomes: readonly O[];
  /** Messages that it posted. */
  readonly posted: number;
  /** Messages that stand in chats, or may: the next probe or run takes them away. */
  readonly left: number;
}

/** Messages in each place at the most, and which places these are. */
interface ProbeAsk {
  readonly most: number;
  readonly pick: (places: readonly ProbePlace[]) => readonly ProbePlace[];
}

/** One place, a channel where there is one: facts are about these. */
function oneOf(places: readonly ProbePlace[]): readonly ProbePlace[] {
  const one = places.find(({ lane }) => lane.chat.type === "channel") ?? places[0];
  return one ? [one] : [];
}

/** What becomes of messages where the ledger is away at the end. */
const MESSAGES_LEFT = "messages that may stand in chats are taken away by the next probe or run";
/** Tries after the first for a server that is busy. */
const RETRIES = 3;

/** One probe: the ledger that it holds, its connections, and the way to stop it. */
export class ProbeRun {
  readonly #session: Session;
  readonly #options: ProbeWish;
  readonly #experiments: readonly ProbeExperiment[];
  readonly #budget: MessageBudget;
  /** How many messages stand in chats as far as its lanes know. */
  #standing = () => 0;

  /** Takes the ledger. Throws LedgerError, which says who holds it. */
  static async open({ config, options, experiments, redact }: OpenProbeRunOptions): Promise<ProbeRun> {
    const events = new Emitter();
    const tell = (level: "warn" | "info", text: string) => events.emit("notice", { level, text });
    const ledger = await openLedger(config, { command: "prewarm probe", onlyPlan: false, tell });
    const connections = connect(config, redact);
    const session = new Session({ config, ledger, connections, events, sandbox: false });
    return new ProbeRun(session, options, experiments);
  }

  private constructor(session: Session, options: ProbeWish, experiments: readonly ProbeExperiment[]) {
    this.#session = session;
    this.#options = options;
    this.#experiments = experiments;
    this.#budget = new MessageBudget(options.maxMessages);
  }

  get events(): Emitter {
    return this.#session.events;
  }

  get stop(): Session["stop"] {
    return this.#session.stop;
  }

  get clock(): Clock {
    return this.#session.connections.clock;
  }

  /** Probes to the end. Throws ConfigError and LedgerError. */
  async toEnd(watcher: ProbeWatcher): Promise<ProbeEnd> {
    const { ledger, stop, connections } = this.#session;
    const most = this.#experiments.reduce((sum, each) => sum + each.most, 0);
    return this.#through<ProbeOutcome>({ most, pick: (places) => places }, watcher, ({ places }, ended) =>
      probe({
        places,
        experiments: this.#experiments,
        again: this.#options.again,
        ledger,
        clock: connections.clock,
        budget: this.#budget,
        draining: stop.draining,
        listener: { began: watcher.began, ended },
      }),
    );
  }

  /** Plays facts to the end, in one chat. Throws ConfigError and LedgerError. */
  async conform(facts: readonly PlayedFact[], watcher: ConformWatcher): Promise<ProbeEnd<ConformOutcome>> {
    const { config, connections, stop } = this.#session;
    const most = facts.reduce((sum, fact) => sum + messagesOf(fact), 0);
    return this.#through<ConformOutcome>({ most, pick: oneOf }, watcher, async ({ places }, ended) => {
      const [place] = oneOf(places);
      if (!place) return;
      const { at, close } = openConform(config, connections, place);
      const { draining } = stop;
      await conform({ ...at, facts, budget: this.#budget, draining, ended }).finally(close);
    });
  }

  /** Does the work, for as long as the ledger is there; what has ended by then counts. */
  async #through<O extends EndedProbe>(
    asked: ProbeAsk,
    watcher: PlanWatcher & { readonly ended: (outcome: O) => void },
    work: (opened: OpenProbe, ended: (outcome: O) => void) => Promise<void>,
  ): Promise<ProbeEnd<O>> {
    const outcomes: O[] = [];
    const ended = (outcome: O) => {
      outcomes.push(outcome);
      watcher.ended(outcome);
    };
    const within = () => this.#within(asked, watcher, (opened) => work(opened, ended));
    const left = await this.#session.unlessAway(within, MESSAGES_LEFT);
    return this.#end(outcomes, left ?? this.#standing());
  }

  /** Takes away what was left before, does the work, and looks for what was lost; returns how many messages are left, or may be. */
  async #within(
    asked: ProbeAsk,
    watcher: PlanWatcher,
    work: (opened: OpenProbe) => Promise<void>,
  ): Promise<number> {
    const found = await this.#enter(asked, watcher);
    const lanes = found && (await this.#take(asked.pick(found.places)));
    if (found === null || lanes === null) return 0;
    try {
      const opened = { ...found, laneOf: ownLanes(found, lanes) };
      const left = { session: this.#session, laneOf: opened.laneOf };
      await clearLeft(left);
      await work(opened);
      return await findAllLost(left);
    } finally {
      await lanes.leave();
    }
  }

  /** Beside other processes on one ledger no lane is called that one of them has. */
  async #take(places: readonly ProbePlace[]): Promise<ProbedLanes | null> {
    const { ledger, connections, stop } = this.#session;
    return takeLanes(
      lanesOf(places).map(({ bot, chat }) => ({ bot: bot.slug, chat: chat.id })),
      {
        ledger,
        clock: connections.clock,
        draining: stop.draining,
        tell: (text) => this.#tell("info", text),
      },
    );
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  async #enter({ most, pick }: ProbeAsk, watcher: PlanWatcher): Promise<OpenProbe | null> {
    const { config, ledger, connections, stop } = this.#session;
    await this.#session.checkWorld();
    const patience = patienceOf(RETRIES, Math.random);
    const finding = findLanes(this.#session, { tried: true, patience });
    const found = await unlessAborted(finding, stop.draining);
    if (!found || stop.cause !== null) return null;
    await this.#session.claim({ quiet: true, lanes: found });
    const { draining, aborting } = stop;
    const parts = { config, connections, ledger, found, budget: this.#budget, draining, aborting };
    const { bot: asks } = this.#options;
    const opened = openProbe({ ...parts, asks, samples: SAMPLE_MEDIA, waiting: watcher.waiting });
    const places = pick(opened.places);
    this.#standing = () => standingIn(places);
    watcher.planned({
      bot: opened.places[0]?.lane.bot.slug ?? "",
      chats: places.map(({ lane: { chat } }) => chat),
      most: Math.min(most * places.length, this.#options.maxMessages),
    });
    return opened;
  }

  #tell(level: "info" | "warn", text: string): void {
    this.events.emit("notice", { level, text });
  }

  #end<O extends EndedProbe>(outcomes: readonly O[], left: number): ProbeEnd<O> {
    const posted = this.#options.maxMessages - this.#budget.left;
    const { cause } = this.stop;
    const has = (status: string) => outcomes.some((each) => each.status === status);
    const stopped = exitCodeOf({ cause, bad: 0, botsOut: [] });
    const exitCode = cause !== null ? stopped : has("unpaid") ? 5 : has("open") ? 3 : 0;
    return { exitCode, outcomes, posted, left };
  }
}
