import { type Clock, systemClock } from "../domain/clock.ts";
import type { FleetLedger } from "./fleet-port.ts";
import { newOwner } from "./owner.ts";
import type { Ledger } from "./port.ts";
import { beginningIn, type LeasedParts } from "./postgres/beginning.ts";
import { ServerClock } from "./postgres/clock.ts";
import type { RawSql } from "./postgres/database.ts";
import { entered } from "./postgres/entered.ts";
import { asLedgerError } from "./postgres/errors.ts";
import { fleetIn } from "./postgres/fleet-ledger.ts";
import { keepSharedLane, movedLane } from "./postgres/lane-memory.ts";
import { LeaseKeeper } from "./postgres/lease-keeper.ts";
import { alone, HELD, sweep, take } from "./postgres/leases.ts";
import { looksBy } from "./postgres/moved-looks.ts";
import { openReading, openWriting, postgresUrlOf, type WritableDatabase } from "./postgres/open.ts";
import { OpenDatabase } from "./postgres/open-database.ts";
import { packsBy } from "./postgres/pack-ledger.ts";
import type { TellAway } from "./postgres/patience.ts";
import { planOn } from "./postgres/plan-ledger.ts";
import { withBots } from "./postgres/platform-bots.ts";
import { type Company, leave, tellOf } from "./postgres/processes.ts";
import { PostgresLanes } from "./postgres/shared-lanes.ts";
import { confirm, point } from "./sql/confirm.ts";
import { ledgerIn } from "./sql/ledger.ts";
import type { Steps } from "./sql/steps.ts";
import type { Store } from "./sql/store.ts";

/** For whom a ledger is opened. */
interface LedgerUser {
  /** The command that opens it, such as `prewarm run`, for messages to other processes. */
  readonly command: string;
  /** With whom it works; with anybody by default. */
  readonly company?: Company | undefined;
  readonly tell?: TellAway | undefined;
  /** Unix milliseconds; the database's clock by default. */
  readonly now?: (() => number) | undefined;
  /** The clock of this machine; the system's by default. */
  readonly machine?: Clock | undefined;
}

/** Which database to open, and for whom. */
export interface PostgresLedgerOptions extends LedgerUser {
  readonly url: string;
  /** Nothing is written: for a plan. */
  readonly onlyPlan?: boolean | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Opens the ledger in a PostgreSQL database, which any number of processes may write to. Throws LedgerError: exit code 2 for one
 * that cannot be used, and for a second worker; 1 for one that is out of reach.
 */
export async function openPostgresLedger(options: PostgresLedgerOptions): Promise<Ledger> {
  const { tell = () => {}, env = process.env } = options;
  const url = postgresUrlOf(options.url);
  if (options.onlyPlan) {
    const read = await openReading(url, tell, env);
    const clock = await ServerClock.of(read.database, options.now, options.machine ?? systemClock());
    return withBots(planOn(read.database, clock), read.database, read.facts);
  }
  return (await openSharedLedger(options)).ledger;
}

/** A ledger, what it has for workers that share its work, and the way to its database for an engine that keeps its jobs there. */
export interface SharedLedger {
  readonly ledger: Ledger;
  readonly fleet: FleetLedger;
  /** The fencing number of this process. */
  readonly worker: number;
  readonly sql: RawSql;
  /** The schema of the ledger's tables. */
  readonly schema: string;
  /** What went wrong when the engine was opened, as an error of this ledger. */
  readonly engineTrouble: (error: unknown) => unknown;
}

/** The same, with what workers need that share the work. Throws LedgerError. */
export async function openSharedLedger(options: PostgresLedgerOptions): Promise<SharedLedger> {
  const { tell = () => {}, env = process.env } = options;
  return sharedLedgerOn(await openWriting(postgresUrlOf(options.url), tell, env), options);
}

/**
 * The same on a database that is open, and is closed with it. Throws LedgerError.
 * @internal
 */
export async function sharedLedgerOn(
  { database, facts }: Pick<WritableDatabase, "database" | "facts">,
  { command, company = "guest", tell = () => {}, machine = systemClock(), now }: LedgerUser,
): Promise<SharedLedger> {
  const { place } = database;
  try {
    const process = await entered(database, {
      command,
      company,
      schema: facts.schema,
      place,
      tell,
      clock: machine,
    });
    const clock = await ServerClock.of(database, now, machine);
    const store: Store = {
      place,
      now: clock.now,
      owner: newOwner(),
      fence: process.fence,
      held: HELD,
    };
    const open = new OpenDatabase(database, new LeaseKeeper(database, store, process, machine));
    const writes = {
      write: <T>(work: () => Steps<T>) => open.write(work),
      writeAlone: <T>(work: () => Steps<T>) => open.writeAlone(work),
    };
    const shared = new PostgresLanes(writes, process, { clock, machine });
    open.keeper.lanes = shared;
    return {
      ledger: withBots(ledgerOf({ open, store, process, clock, shared }), database, facts),
      fleet: fleetIn(open, store, process.fence),
      worker: process.fence,
      sql: database.raw,
      schema: facts.schema,
      engineTrouble: (error) => asLedgerError(place, error, true),
    };
  } catch (error) {
    await database.close();
    throw asLedgerError(place, error, true);
  }
}

function ledgerOf({ open, store, process, clock, shared }: LeasedParts): Ledger {
  const { keeper } = open;
  const ledger = ledgerIn(store, {
    caution: null,
    read: (work) => open.read(work),
    write: (work) => open.write(work),
    announce: (fields) => open.write(() => tellOf(process, fields)),
    close: () => open.close(() => leave(process)),
  });
  return {
    ...ledger,
    recover: () => open.write(() => sweep(store)),
    rest: (ms) => keeper.rest(ms),
    hurry: (ms) => open.hurry(ms),
    ...beginningIn({ store, process, clock, open, shared }),
    ...packsBy({ open, store, process }, ledger),
    confirm: keeper.bringing((attempt, confirmation) =>
      open.write(() => alone(confirmation.content, () => confirm(store, attempt, confirmation))),
    ),
    confirmLost: (attempt, confirmation) =>
      open.write(() =>
        alone(confirmation.content, function* () {
          // Its lease says when it was found to those who looked before.
          yield* take(process.fence, attempt);
          return yield* confirm(store, attempt, confirmation, { lost: true });
        }),
      ),
    point: (key) => open.write(() => alone(key.content, () => point(store, key))),
    retry: keeper.ending(ledger.retry),
    doubt: keeper.ending(ledger.doubt),
    fail: (attempt, facts, failure) =>
      attempt === null
        ? ledger.fail(null, facts, failure)
        : keeper.ending((id) => ledger.fail(id, facts, failure))(attempt),
    shared,
    ...lanesBy(clock, ledger, open),
    ...looksBy(clock, ledger),
  };
}

/** Moments of lanes are kept by the clock of the database. */
function lanesBy(
  clock: ServerClock,
  ledger: Ledger,
  open: OpenDatabase,
): Pick<Ledger, "lanes" | "keepLane" | "freezeLane"> {
  return {
    lanes: async () => (await ledger.lanes()).map((lane) => movedLane(lane, (ms) => clock.here(ms))),
    keepLane: (memory) => open.write(() => keepSharedLane(movedLane(memory, (ms) => clock.there(ms)))),
    freezeLane: (wait) => ledger.freezeLane({ ...wait, until: clock.there(wait.until) }),
  };
}
