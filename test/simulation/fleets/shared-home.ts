import type { Clock } from "../../../src/domain/clock.ts";
import type { Ledger } from "../../../src/ledgers/port.ts";
import { sharedLedgerOn } from "../../../src/ledgers/postgres.ts";
import type { Mortal } from "../seeded/mortal.ts";
import type { LedgerHome } from "../seeded/process.ts";
import type { Schedule } from "../seeded/schedule.ts";
import type { SharedServer } from "./server.ts";

/** Processes by the number that each has in the ledger. */
export type Owners = Map<number, string>;

/** The ledger that processes share, as one of them sees it, whose machine's clock is off by so much. */
export class SharedHome implements LedgerHome {
  readonly #server: SharedServer;
  readonly #schedule: Schedule;
  readonly #offMs: number;
  readonly #owners: Owners;

  constructor(server: SharedServer, schedule: Schedule, owners: Owners, offMs = 0) {
    this.#server = server;
    this.#schedule = schedule;
    this.#owners = owners;
    this.#offMs = offMs;
  }

  async open(by: Mortal, owner: string): Promise<Ledger> {
    const [server, offMs] = [this.#server, this.#offMs];
    const machine: Clock = { ...by.clock, wall: () => this.#schedule.elsewhere() + offMs };
    const database = server.databaseOf(by, () => {});
    const company = owner === "prewarm worker" ? "alone" : "guest";
    const opened = await sharedLedgerOn(
      { database, facts: server.facts },
      { command: owner, company, machine },
    );
    const { ledger, worker } = opened;
    this.#owners.set(worker, owner);
    return ledger;
  }

  /** What it has begun goes with it; the server stays. */
  died(): void {}
}
