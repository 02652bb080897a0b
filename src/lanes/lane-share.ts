import type { KeptLanes, LaneAnswers, LaneName, OthersLane, TakenLane } from "../ledgers/share-port.ts";
import { type Lane, laneKey } from "./lane.ts";
import { toldOfElsewhere } from "./lane-elsewhere.ts";
import type { LaneShareOptions } from "./lane-share-options.ts";
import { isToBeAsked, type LeaseState, type LeaseStep, leaseSteps } from "./lease-step.ts";

/** Real milliseconds between two looks at what is to be done. */
const EACH_MS = 1_000;
/** Real milliseconds by which a lease is taken to end early: a call that begins before that is on its way by then. */
const MARGIN_MS = 2_000;
/** Real milliseconds for which a process that handed a lane on lets others ask for it first. */
const REST_MS = 2_500;
/** A deadline that is told again, in milliseconds of the engine's clock. */
const SAME_MS = 50;
/** Real milliseconds for which nothing new is in being asked for a lane again. */
const ASKED_MS = 250;
const NEVER = Number.NEGATIVE_INFINITY;

interface Turn {
  since: number;
  restUntil: number;
  wantedBy: number | null;
}

/**
 * Takes lanes for this process as there is work for them, and hands them on: when there is none, when others have waited for long enough,
 * and at the end. It does nothing while there is nothing to do.
 */
export class LaneShare {
  readonly #options: LaneShareOptions;
  readonly #turns = new Map<Lane, Turn>();
  /** Bots of which was told that their lanes are elsewhere. */
  readonly #told = new Set<string>();
  #cancel: (() => void) | null = null;
  #working: Promise<void> | null = null;
  #broken: unknown;
  #hasEnded = false;

  constructor(options: LaneShareOptions) {
    this.#options = options;
    for (const lane of options.lanes()) lane.leasedUntil = NEVER;
    options.shared.onKept((kept) => this.#kept(kept));
    options.shared.onHeld(({ bot, chat, forMs }) => {
      const lane = this.#byName().get(laneKey(bot, chat));
      if (lane && forMs === null) this.#lose(lane);
      else if (lane && forMs !== null) this.#hold(lane, forMs);
    });
  }

  /** There is work for these lanes. Throws LedgerError once no lane can be taken any more. */
  want(lanes: readonly Lane[]): void {
    if (this.#broken !== undefined) throw this.#broken;
    const { clock } = this.#options;
    const now = clock.now();
    // It is asked for again and again.
    if (lanes.every(({ wantedAt }) => wantedAt > now - ASKED_MS * clock.scale)) return;
    const isNew = lanes.some((lane) => !lane.isOurs(now) && this.#stateOf(lane, now).idleMs >= EACH_MS * 5);
    for (const lane of lanes) lane.wantedAt = now;
    if (isNew && this.#working === null) this.#soon(0);
  }

  /** Hands on all lanes. What fails shows elsewhere: leases that are not given back are over by themselves. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#cancel?.();
    await this.#working;
    const now = this.#options.clock.now();
    await this.#handOn(this.#options.lanes().filter((lane) => lane.isOurs(now))).catch(() => {});
  }

  #soon(ms: number): void {
    const { clock } = this.#options;
    const due = clock.now() + ms * clock.scale;
    this.#cancel?.();
    this.#cancel = clock.after(ms * clock.scale, () => {
      this.#cancel = null;
      this.#unasked(clock.now() - due);
      this.#working = this.#look()
        .catch((error: unknown) => {
          if (this.#hasEnded) return;
          this.#broken = error;
          this.#options.changed();
        })
        .finally(() => {
          this.#working = null;
        });
    });
  }

  async #look(): Promise<void> {
    const { lanes, clock, changed } = this.#options;
    const now = clock.now();
    for (const lane of lanes()) {
      if (lane.calls.size > 0) lane.wantedAt = now;
      if (!lane.isOurs(now) && lane.leasedUntil !== NEVER) this.#lose(lane);
    }
    const looked = lanes().map((lane) => ({ lane, state: this.#stateOf(lane, now) }));
    const steps = leaseSteps(looked.map(({ state }) => state));
    const those = (step: LeaseStep) => looked.filter((_, nth) => steps[nth] === step).map(({ lane }) => lane);
    const leaving = those("leave");
    for (const lane of leaving) {
      lane.isLeaving = true;
      this.#options.leased(lane);
    }
    // How many lanes others have is not true any more from then on.
    if (leaving.length > 0) for (const turn of this.#turns.values()) turn.wantedBy = null;
    if (looked.some(({ state }) => isToBeAsked(state))) changed();
    await this.#handOn([...those("hand on"), ...leaving.filter(({ calls }) => calls.size === 0)]);
    await this.#take(those("take").filter(({ closed }) => closed === null));
    this.#unasked(clock.now() - now);
    if (!this.#hasEnded && this.#isBusy()) this.#soon(EACH_MS);
  }

  /** For so long nobody was asked whether there is work: this process stood still, or waited for its ledger. */
  #unasked(ms: number): void {
    const { lanes, clock } = this.#options;
    for (const lane of lanes()) lane.wantedAt = Math.min(clock.now(), lane.wantedAt + Math.max(0, ms));
  }

  /** Whether there is a lane to be looked after. */
  #isBusy(): boolean {
    const now = this.#options.clock.now();
    const states = this.#options.lanes().map((lane) => this.#stateOf(lane, now));
    const steps = leaseSteps(states);
    return states.some(({ isOurs, restMs }, nth) => isOurs || restMs > 0 || steps[nth] === "take");
  }

  #stateOf(lane: Lane, now: number): LeaseState {
    const { scale } = this.#options.clock;
    const turn = this.#turns.get(lane);
    return {
      isOurs: lane.isOurs(now),
      calls: lane.calls.size,
      isLeaving: lane.isLeaving,
      idleMs: (now - lane.wantedAt) / scale,
      heldMs: turn ? (now - turn.since) / scale : 0,
      restMs: turn ? (turn.restUntil - now) / scale : 0,
      wantedBy: turn?.wantedBy ?? null,
    };
  }

  async #take(lanes: readonly Lane[]): Promise<void> {
    if (lanes.length === 0) return;
    const answers = await this.#options.shared.take(lanes.map(namedLane));
    const byName = this.#byName();
    for (const each of answers.lanes) {
      const lane = byName.get(laneKey(each.bot, each.chat));
      if (each.isOurs && lane) this.#taken(lane, each, answers);
    }
    for (const each of answers.lanes) if (!each.isOurs) this.#tellOf(each);
  }

  #taken(lane: Lane, taken: TakenLane, answers: LaneAnswers): void {
    const { shared, clock, begin } = this.#options;
    if (!taken.again) begin(lane, taken);
    lane.leasedUntil = this.#in(shared.leaseMs - MARGIN_MS - answers.askedAgoMs);
    lane.isLeaving = false;
    this.#turns.set(lane, { since: clock.now(), restUntil: NEVER, wantedBy: null });
    this.#hold(lane, taken.frozenForMs);
    this.#options.leased(lane);
  }

  #tellOf({ bot, chat, owner }: OthersLane): void {
    const { lanes, clock, tell } = this.#options;
    const now = clock.now();
    const hasOne = lanes().some((lane) => lane.bot.slug === bot && lane.closed === null && lane.isOurs(now));
    if (hasOne || owner === null || this.#told.has(bot)) return;
    this.#told.add(bot);
    tell(toldOfElsewhere({ bot, chat }, owner));
  }

  async #handOn(lanes: readonly Lane[]): Promise<void> {
    if (lanes.length === 0) return;
    const left = lanes.map((lane) => this.#options.left(lane));
    for (const lane of lanes) this.#lose(lane);
    await this.#options.shared.leave(left);
  }

  #lose(lane: Lane): void {
    const restUntil = lane.isLeaving ? this.#in(REST_MS) : NEVER;
    this.#turns.set(lane, { since: NEVER, restUntil, wantedBy: null });
    lane.leasedUntil = NEVER;
    lane.isLeaving = false;
    this.#options.leased(lane);
  }

  #kept({ lanes, askedAgoMs }: KeptLanes): void {
    const { shared, clock } = this.#options;
    const askedAt = this.#in(-askedAgoMs);
    const kept = new Map(lanes.map((each) => [laneKey(each.bot, each.chat), each]));
    for (const [name, lane] of this.#byName()) {
      const found = kept.get(name);
      kept.delete(name);
      const turn = this.#turns.get(lane);
      if (!lane.isOurs(clock.now()) || !turn || turn.since > askedAt) continue;
      if (!found) {
        this.#lose(lane);
        continue;
      }
      lane.leasedUntil = this.#in(shared.leaseMs - MARGIN_MS - askedAgoMs);
      turn.wantedBy = found.wantedBy;
      this.#hold(lane, found.frozenForMs);
    }
    if (kept.size > 0) this.#leaveStrays([...kept.values()]);
  }

  /** Lanes that have moved to another chat since, and are nobody's now. */
  #leaveStrays(names: readonly LaneName[]): void {
    const unknown = { frozenUntil: 0, pace: null, paceAt: null, migratedTo: null, found: null };
    const left = names.map(({ bot, chat }) => ({ bot, chat, ...unknown, nextInMs: 0 }));
    void this.#options.shared.leave(left).catch(() => {});
  }

  #hold(lane: Lane, forMs: number): void {
    const until = this.#in(forMs);
    if (forMs > 0 && until > lane.frozenUntil + SAME_MS) this.#options.hold(lane, until);
  }

  #byName(): Map<string, Lane> {
    return new Map(this.#options.lanes().map((lane) => [laneKey(lane.bot.slug, lane.chat), lane]));
  }

  /** A moment of the engine's clock, so many real milliseconds from now. */
  #in(ms: number): number {
    return this.#options.clock.now() + ms * this.#options.clock.scale;
  }
}

function namedLane({ bot, chat }: Lane) {
  return { bot: bot.slug, chat };
}
