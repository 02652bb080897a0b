import type { Ledger } from "../../../src/ledgers/port.ts";
import { ledgerOn } from "../../../src/ledgers/sqlite.ts";
import type { Mortal } from "./mortal.ts";
import type { LedgerHome } from "./process.ts";
import type { World } from "./world.ts";

/** The ledger of processes that live one after another: on the disk of their world, which a death is a crash of. */
export class DiskHome implements LedgerHome {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async open(by: Mortal, owner: string): Promise<Ledger> {
    const { disk, schedule, scenario } = this.#world;
    const { diskMs } = scenario;
    const life = `${owner} ${++this.#world.lives}`;
    const place = { path: "memory", command: owner, now: schedule.wall };
    const ledger = ledgerOn(disk.open(), { ...place, owner: life });
    disk.sync();
    return by.port(ledger, {
      name: "ledger",
      there: [0, Math.ceil(diskMs / 2)],
      back: [0, diskMs],
      settle: () => disk.sync(),
      last: "close",
    });
  }

  died(): void {
    this.#world.disk.crash();
  }
}
