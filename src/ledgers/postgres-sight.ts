import type { LedgerError } from "./error.ts";
import type { PlatformBot } from "./platform-port.ts";
import type { LedgerView } from "./view.ts";

/** What a check sees of a ledger in PostgreSQL. */
export interface PostgresSight {
  /** Without a password. */
  readonly place: string;
  /** Why it could not be looked at, as far as `server` does not tell; null where it could. */
  readonly problem: LedgerError | null;
  /** Null where no connection came about. */
  readonly server: PostgresServer | null;
  /** Null where there is no ledger yet. */
  readonly view: LedgerView | null;
}

/** A server, and what this user is to it. */
export interface PostgresServer {
  /** As it names itself: `17.2`. */
  readonly version: string;
  /** 170002 */
  readonly versionNumber: number;
  /** How the connection is encrypted (`TLSv1.3`); null where it is not. */
  readonly encryption: string | null;
  /** The server is on this machine. */
  readonly isLocal: boolean;
  /** A standby, or read-only after a failover. */
  readonly isReadOnly: boolean;
  /** Several connections share one of the server's: a pooler that gives them out by transaction. */
  readonly isPooled: boolean;
  readonly user: string;
  readonly schema: string;
  readonly hasSchema: boolean;
  /** The tables are of this version. */
  readonly isCurrent: boolean;
  /** There are tables of media. */
  readonly hasMedia: boolean;
  /** This user may bring the tables to this version. */
  readonly mayChange: boolean;
  /** Tables that are there and that this user may not write. */
  readonly notWritable: readonly string[];
  /** Milliseconds by which the clock of this machine is ahead of the server's. */
  readonly skewMs: number;
  /** Several workers have shared work here through an engine. */
  readonly hasEngine: boolean;
  readonly bots: readonly PlatformBot[];
}
