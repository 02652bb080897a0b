import type { Clock } from "../../src/domain/clock.ts";
import type { Lane } from "../../src/lanes/lane.ts";
import { LaneShare } from "../../src/lanes/lane-share.ts";
import type { KeptLanes, LaneLeft, LaneName, SharedLanes } from "../../src/ledgers/share-port.ts";

export const LEASE_MS = 30_000;

interface Lease {
  owner: string | null;
  last: string | null;
  next: string | null;
}

/** The leases of a ledger in memory: who has a lane, who had it last, and who is next. Its leases are renewed when a test says so. */
export class SharedTable {
  readonly #leases = new Map<string, Lease>();
  /** What was asked and left, by whom. */
  readonly log: string[] = [];
  /** Milliseconds between what was asked and its answer. */
  askedAgoMs = 0;
  /** What asking ends with. */
  error: Error | null = null;
  frozenForMs = 0;
  /** Answers wait for it. */
  held: Promise<void> = Promise.resolve();

  leaseOf({ bot, chat }: LaneName): Lease {
    const name = `${bot} ${chat}`;
    const lease = this.#leases.get(name) ?? { owner: null, last: null, next: null };
    this.#leases.set(name, lease);
    return lease;
  }

  /** The lanes of one process, as it sees them. */
  open(process: string) {
    const heard: { kept?: (kept: KeptLanes) => void; held?: Parameters<SharedLanes["onHeld"]>[0] } = {};
    const take: SharedLanes["take"] = async (lanes) => {
      this.log.push(`${process} asks for ${lanes.map(({ chat }) => chat).join(" ")}`);
      await this.held;
      if (this.error) throw this.error;
      return { lanes: lanes.map((lane) => this.#taken(process, lane)), askedAgoMs: this.askedAgoMs };
    };
    const leave = async (lanes: readonly LaneLeft[]) => {
      if (lanes.length === 0) this.log.push(`${process} leaves nothing`);
      for (const lane of lanes) {
        this.log.push(`${process} leaves ${lane.chat}, next in ${lane.nextInMs}`);
        const lease = this.leaseOf(lane);
        if (lease.owner === process) Object.assign(lease, { owner: null });
      }
    };
    const shared = {
      ...{ leaseMs: LEASE_MS, inFleet: false, take, leave },
      onKept: (kept: (kept: KeptLanes) => void) => Object.assign(heard, { kept }),
      onHeld: (held: (typeof heard)["held"]) => Object.assign(heard, { held }),
    } as unknown as SharedLanes;
    return { shared, heard };
  }

  #taken(process: string, { bot, chat }: LaneName) {
    const lease = this.leaseOf({ bot, chat });
    if (lease.owner !== null && lease.owner !== process) {
      lease.next ??= process;
      const owner = { command: `prewarm ${lease.owner}`, pid: "7", host: "there" };
      return { bot, chat, isOurs: false, owner } as const;
    }
    const again = lease.last === process;
    Object.assign(lease, { owner: process, last: process, next: null });
    const { frozenForMs } = this;
    const rest = { pace: null, paceAgeMs: null, left: null, callAgesMs: [] };
    return { bot, chat, isOurs: true, again, frozenForMs, ...rest } as const;
  }
}

/** A process with these lanes, and all that it did about them. */
export function openShareOn(table: SharedTable, process: string, clock: Clock, lanes: readonly Lane[]) {
  const { shared, heard } = table.open(process);
  const log: string[] = [];
  const about = (what: string) => (lane: Lane) => log.push(`${what} ${lane.chat}`);
  const share = new LaneShare({
    ...{ shared, clock, lanes: () => lanes, begin: about("begin") },
    left: ({ bot, chat }) => ({ bot: bot.slug, chat, nextInMs: 11, found: null }) as unknown as LaneLeft,
    hold: (lane, until) => {
      lane.frozenUntil = until;
      log.push(`hold ${lane.chat} until ${until}`);
    },
    leased: about("leased"),
    changed: () => log.push("changed"),
    tell: (text) => log.push(text),
  });
  /** Its leases are renewed, by what the table has; `wantedBy` is how many lanes those have that are next. */
  const keep = (
    wantedBy: number | null = null,
    askedAgoMs = 0,
    names: readonly LaneName[] = lanes.map(named),
  ) => {
    const kept = names.filter((name) => table.leaseOf(name).owner === process);
    const { frozenForMs } = table;
    heard.kept?.({ lanes: kept.map((name) => ({ ...name, wantedBy, frozenForMs })), askedAgoMs });
  };
  const isOurs = () => lanes.map((lane) => lane.isOurs(clock.now()));
  return { share, heard, log, keep, isOurs, lanes };
}

function named({ bot, chat }: Lane): LaneName {
  return { bot: bot.slug, chat };
}
