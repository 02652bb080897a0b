import type { Failure } from "../domain/failure.ts";
import type { Proof } from "../domain/proof.ts";
import type { WorkMeasures } from "../domain/work-forecast.ts";
import type { LaneMemory } from "./lane-memory.ts";

/** The contents of a ledger as a reader sees them. Times are UTC text, as in the tables. */
export interface LedgerView {
  /** Null if prewarm has not written to it yet. */
  readonly schemaVersion: number | null;
  /** The live process that writes to it. */
  readonly holder: {
    readonly command: string;
    readonly pid: string;
    readonly host: string;
    readonly since: string;
    /** Address of its admin server; null if it has none. */
    readonly admin: string | null;
    /** Its admin server asks for ADMIN_API_TOKEN. */
    readonly guarded: boolean;
  } | null;
  readonly rows: readonly { readonly status: string; readonly weak: boolean; readonly count: number }[];
  readonly sending: { readonly count: number; readonly oldest: string | null };
  /** How the latest attempts ended, at most 1,000 of them. */
  readonly recent: readonly {
    readonly state: string;
    readonly reason: string | null;
    readonly count: number;
  }[];
  readonly lanes: readonly LaneMemory[];
  readonly measured: WorkMeasures;
  /** What Telegram showed of packs, whatever its age. */
  readonly proofs: readonly Proof[];
  /** Why a run with this identity would be refused; null if it would not. */
  readonly stranger: Failure | null;
}
