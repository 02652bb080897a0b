import type { Task } from "../domain/task.ts";
import type { FleetLedger } from "../ledgers/fleet-port.ts";
import type { KnownContent, Planned } from "../pipeline/plan.ts";

/** Where what was planned goes. */
interface Door {
  room(): Promise<void>;
  take(planned: Planned): Promise<boolean>;
  point(known: KnownContent): Promise<void>;
}

/** Tasks that are written down in one transaction. */
const PORTION = 500;

/** What a scan finds in a fleet becomes work of the ledger, for whichever worker has a lane, and not of this one's queue. */
export class KeptTasks implements Door {
  readonly #door: Door;
  readonly #fleet: FleetLedger;
  readonly #asked: () => void;
  #tasks: Task[] = [];

  /** Ends go through `door`; `asked` is called when there is something to feed. */
  constructor(door: Door, fleet: FleetLedger, asked: () => void) {
    this.#door = door;
    this.#fleet = fleet;
    this.#asked = asked;
  }

  /** Rows take no memory. */
  async room(): Promise<void> {}

  /** Throws LedgerError. */
  async take(planned: Planned): Promise<boolean> {
    if (planned.type === "item") return this.#door.take(planned);
    this.#tasks.push(planned.task);
    if (this.#tasks.length >= PORTION) await this.flush();
    return true;
  }

  point(known: KnownContent): Promise<void> {
    return this.#door.point(known);
  }

  /** Writes down what was taken. Throws LedgerError. */
  async flush(): Promise<void> {
    const tasks = this.#tasks.splice(0);
    if (tasks.length === 0) return;
    await this.#fleet.keep(tasks);
    this.#asked();
  }
}
