import type { Clock } from "../../domain/clock.ts";
import { LaneHeld } from "../../domain/shared-work.ts";
import type {
  BotFlood,
  BotSlot,
  KeptLanes,
  LaneAnswers,
  LaneLeft,
  LaneName,
  SharedLanes,
} from "../share-port.ts";
import type { Steps } from "../sql/steps.ts";
import { forgetSizes, freezeBot, giveBackSlots, refused, takeSize, takeSlots } from "./bot-slots.ts";
import type { ServerClock } from "./clock.ts";
import { keepLanes, leaveLanes, takeLanes } from "./lane-leases.ts";
import { keepSharedLane, movedLane } from "./lane-memory.ts";
import { heedLane, LEASE_S } from "./leases.ts";
import type { WritingProcess } from "./processes.ts";

type Write = <T>(work: () => Steps<T>) => Promise<T>;

/** Plays steps as one transaction; and one statement by itself, perhaps twice: a moment that nobody uses is only lost. */
interface LaneWrites {
  readonly write: Write;
  readonly writeAlone: Write;
}

/** The database's time, and that of this machine. */
interface Clocks {
  readonly clock: ServerClock;
  readonly machine: Clock;
}

type KeptListener = Parameters<SharedLanes["onKept"]>[0];
type HeldListener = Parameters<SharedLanes["onHeld"]>[0];

/** Lanes of a process that shares them with others by a database. */
export class PostgresLanes implements SharedLanes {
  readonly leaseMs = LEASE_S * 1000;
  readonly inFleet: boolean;
  readonly #write: Write;
  readonly #writeAlone: Write;
  readonly #fence: number;
  /** Lanes that it has, as far as it knows. */
  readonly #names = new Set<string>();
  readonly #onKept: KeptListener[] = [];
  readonly #onHeld: HeldListener[] = [];
  #hasSizes = false;
  #renewing: readonly string[] = [];
  readonly #clock: ServerClock;
  readonly #machine: Clock;

  constructor(
    { write, writeAlone }: LaneWrites,
    { fence, company }: WritingProcess,
    { clock, machine }: Clocks,
  ) {
    this.#machine = machine;
    this.#clock = clock;
    this.#write = write;
    this.#writeAlone = writeAlone;
    this.#fence = fence;
    this.inFleet = company === "shared";
  }

  async take(lanes: readonly LaneName[]): Promise<LaneAnswers> {
    const asked = this.#machine.now();
    const answers = await this.#write(() => takeLanes(this.#fence, lanes));
    for (const lane of answers) if (lane.isOurs) this.#names.add(nameOf(lane));
    return { lanes: answers, askedAgoMs: this.#machine.now() - asked };
  }

  async leave(lanes: readonly LaneLeft[]): Promise<void> {
    const [fence, clock] = [this.#fence, this.#clock];
    await this.#write(function* () {
      for (const lane of lanes) yield* keepSharedLane(movedLane(lane, (ms) => clock.there(ms)));
      yield* leaveLanes(fence, lanes);
    });
    for (const lane of lanes) this.#names.delete(nameOf(lane));
  }

  /** Whether there is something to be renewed. */
  get any(): boolean {
    return this.#names.size > 0;
  }

  /** Renews the leases, as steps of a larger transaction. */
  *renewal(): Steps<KeptLanes["lanes"]> {
    this.#renewing = [...this.#names];
    if (this.#hasSizes) yield* forgetSizes();
    return this.any ? yield* keepLanes(this.#fence) : [];
  }

  /** The leases were renewed, by what was asked `askedAgoMs` ago. */
  renewed(lanes: KeptLanes["lanes"], askedAgoMs: number): void {
    this.#hasSizes = false;
    if (this.#renewing.length === 0) return;
    const left = new Set(lanes.map(nameOf));
    // One that was taken meanwhile is not among them yet.
    for (const name of this.#renewing) if (!left.has(name)) this.#names.delete(name);
    for (const listener of this.#onKept) listener({ lanes, askedAgoMs });
  }

  onKept(listener: KeptListener): void {
    this.#onKept.push(listener);
  }

  onHeld(listener: HeldListener): void {
    this.#onHeld.push(listener);
  }

  /** No call may be made on this lane, as the database says. */
  held(lane: LaneName, forMs: number | null): void {
    for (const listener of this.#onHeld) listener({ ...lane, forMs });
  }

  async mayCall(lane: LaneName): Promise<boolean> {
    try {
      await this.#writeAlone(() => heedLane(this.#fence, lane));
      return true;
    } catch (error) {
      if (!(error instanceof LaneHeld)) throw error;
      this.held(lane, error.forMs);
      return false;
    }
  }

  takeSlots(bot: string, slots: number, gapMs: number): Promise<BotSlot> {
    return this.#writeAlone(() => takeSlots(bot, slots * gapMs));
  }

  giveBackSlots(bot: string, mark: string, slots: number, gapMs: number): Promise<void> {
    return this.#writeAlone(() => giveBackSlots(bot, mark, slots * gapMs));
  }

  takeSize(bot: string, bytes: number, gapMs: number): Promise<number> {
    this.#hasSizes = true;
    return this.#writeAlone(() => takeSize(bot, bytes, gapMs));
  }

  refused(lane: LaneName): Promise<BotFlood> {
    return this.#write(() => refused(lane));
  }

  freezeBot(bot: string, ms: number): Promise<void> {
    return this.#writeAlone(() => freezeBot(bot, ms));
  }
}

function nameOf({ bot, chat }: LaneName): string {
  return `${bot}|${chat}`;
}
