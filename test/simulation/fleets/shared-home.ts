import type { Ledger } from "../../../src/ledgers/port.ts";
import { sharedLedgerOn } from "../../../src/ledgers/postgres.ts";
import type { Mortal } from "../seeded/mortal.ts";
import type { LedgerHome } from "../seeded/process.ts";
import type { SharedServer } from "./server.ts";

/** Processes by the number that each has in the ledger. */
export type Owners = Map<number, string>;

/** The ledger that processes share. */
export class SharedHome implements LedgerHome {
  readonly #server: SharedServer;
  readonly #owners: Owners;

  constructor(server: SharedServer, owners: Owners) {
    this.#server = server;
    this.#owners = owners;
  }

  async open(by: Mortal, owner: string): Promise<Ledger> {
    const { facts } = this.#server;
    const database = this.#server.databaseOf(by, () => {});
    const company = owner === "prewarm worker" ? "alone" : "guest";
    const user = { command: owner, company, machine: by.clock } as const;
    const { ledger, worker } = await sharedLedgerOn({ database, facts }, user);
    this.#owners.set(worker, owner);
    return ledger;
  }

  /** What it has begun goes with it; the server stays. */
  died(): void {}
}
