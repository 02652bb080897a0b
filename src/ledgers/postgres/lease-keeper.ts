import type { Clock } from "../../domain/clock.ts";
import { AttemptLost } from "../../domain/shared-work.ts";
import { LedgerError } from "../error.ts";
import type { AttemptId } from "../port.ts";
import type { Steps } from "../sql/steps.ts";
import type { Store } from "../sql/store.ts";
import type { Database } from "./database.ts";
import { LEASE_S, renew, sweep } from "./leases.ts";
import { stay, type WritingProcess } from "./processes.ts";
import type { PostgresLanes } from "./shared-lanes.ts";

const EACH_MS = (LEASE_S * 1000) / 3;

/**
 * Renews what a process has under a lease, and notes what others have left, as long as it has something under way: a process
 * that waits for work leaves the database in peace, which may be one that sleeps then. A worker goes on renewing its place.
 */
export class LeaseKeeper {
  readonly #database: Database;
  readonly #store: Store;
  readonly #process: WritingProcess;
  readonly #clock: Clock;
  /** Set once it is there. */
  lanes: PostgresLanes | null = null;
  /** An id that waits to be proved ends its attempt twice. */
  readonly #underWay = new Set<string>();
  #isBusy = false;
  #cancel: () => void = () => {};
  /** Until when nothing is to be renewed, by this process's own clock. */
  #restsUntil = 0;
  /** Its row says that it rests: another worker may have taken it for dead, and its place. */
  #rests = false;
  /** How often it began to. */
  #rested = 0;
  #writing = 0;
  #lost: LedgerError | null = null;

  constructor(database: Database, store: Store, process: WritingProcess, clock: Clock) {
    this.#database = database;
    this.#store = store;
    this.#process = process;
    this.#clock = clock;
    this.#keepOn();
  }

  /** An attempt was begun. */
  begun(id: AttemptId): void {
    this.#restsUntil = 0;
    this.#underWay.add(String(id));
  }

  /** A method that ends an attempt, however that goes. */
  ending<Args extends readonly unknown[], T>(method: (id: AttemptId, ...args: Args) => Promise<T>) {
    return async (id: AttemptId, ...args: Args): Promise<T> => {
      try {
        return await method(id, ...args);
      } finally {
        this.#underWay.delete(String(id));
      }
    };
  }

  /** A method after which the attempt is still this process's: its id waits to be proved. */
  holding<Args extends readonly unknown[]>(method: (id: AttemptId, ...args: Args) => Promise<void>) {
    const bringing = this.bringing(method);
    return async (id: AttemptId, ...args: Args): Promise<void> => {
      await bringing(id, ...args);
      this.begun(id);
    };
  }

  /** The same, where it brings an id: one whose lease was over brings none, and is noted as in doubt. */
  bringing<Args extends readonly unknown[], T>(method: (id: AttemptId, ...args: Args) => Promise<T>) {
    return this.ending(async (id: AttemptId, ...args: Args): Promise<T> => {
      try {
        return await method(id, ...args);
      } catch (error) {
        if (error instanceof AttemptLost) await this.#database.write(() => sweep(this.#store));
        throw error;
      }
    });
  }

  /** Throws LedgerError once another worker has taken this one's place. */
  check(): void {
    if (this.#lost) throw this.#lost;
  }

  /**
   * Plays steps that write as one transaction. Where this process rests they begin with a word that it lives, so that no other can take its
   * place before they are over. Throws LedgerError once another worker has taken it.
   */
  async writing<T>(work: () => Steps<T>): Promise<T> {
    this.check();
    this.#writing += 1;
    try {
      return await (this.#rests ? this.#woken(work) : this.#database.write(work));
    } finally {
      this.#writing -= 1;
    }
  }

  async #woken<T>(work: () => Steps<T>): Promise<T> {
    const process = this.#process;
    const [nth, isSettled] = [this.#rested, !this.#isBusy];
    const lose = () => this.#lose("it rested, and was taken for dead");
    const value = await this.#database.write(function* () {
      if (!(yield* stay(process, 0))) throw lose();
      return yield* work();
    });
    // Unless its row is being told meanwhile that it rests.
    if (isSettled && nth === this.#rested) this.#rests = false;
    return value;
  }

  #lose(why: string): LedgerError {
    this.#lost = new LedgerError(
      `${this.#store.place} was taken over by another worker, since ${why}; end one of the two`,
      1,
    );
    return this.#lost;
  }

  /**
   * There will be nothing to do for so many milliseconds: the only worker of a ledger keeps its place for as long by one renewal, so that a
   * database may sleep meanwhile. Another one that comes waits for as long, unless it knows this one for dead.
   */
  async rest(ms: number): Promise<void> {
    if (this.#process.company !== "alone" || this.#isBusy || this.#hasWork || ms <= EACH_MS) return;
    this.#restsUntil = this.#clock.now() + ms;
    if (this.#writing === 0) await this.#renew(ms / 1000);
  }

  /** The place of this process was renewed otherwise, for as long as {@link LEASE_S} says. */
  renewed(): void {
    this.#restsUntil = this.#clock.now() + 1.5 * EACH_MS;
  }

  get #hasWork(): boolean {
    return this.#underWay.size > 0 || this.lanes?.any === true;
  }

  #keepOn(): void {
    this.#cancel = this.#clock.after(EACH_MS, () => {
      void this.#keep();
      this.#keepOn();
    });
  }

  async #keep(): Promise<void> {
    if (this.#isBusy || (this.#process.company === "guest" && !this.#hasWork)) return;
    const restMs = this.#hasWork || this.#writing > 0 ? 0 : this.#restsUntil - this.#clock.now();
    if (restMs > 0 && this.#rests) return;
    await this.#renew(Math.max(0, restMs) / 1000);
  }

  /** `moreS` seconds longer than usual. */
  async #renew(moreS: number): Promise<void> {
    this.#isBusy = true;
    if (moreS > 0) {
      this.#rests = true;
      this.#rested += 1;
    }
    const { fence, company } = this.#process;
    const [store, process, lanes] = [this.#store, this.#process, this.lanes];
    const asked = this.#clock.now();
    try {
      const { stays, kept } = await this.#database.write(function* () {
        yield* renew(fence);
        yield* sweep(store);
        const kept = lanes ? yield* lanes.renewal() : [];
        return { stays: yield* stay(process, moreS), kept };
      });
      lanes?.renewed(kept, this.#clock.now() - asked);
      if (stays && moreS === 0) this.#rests = false;
      if (!stays && company === "alone") this.#lose(`this one had stood still for more than ${LEASE_S} s`);
    } catch (error) {
      if (error instanceof LedgerError) this.#lost = error;
    } finally {
      this.#isBusy = false;
    }
  }

  stop(): void {
    this.#cancel();
  }
}
