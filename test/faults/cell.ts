import type { WireFaultName } from "./wire-faults.ts";

/**
 * What comes of a fault in a place: what is said of it (without the name of the object before it and the next step behind it;
 * hosts are called R2 and API), the exit code, what is in the ledger with how many messages are in the chat; and, where that is
 * something else, exit code and ledger where it happens only once.
 */
export type Cell = readonly [says: string, code: number, ledger: string, once?: string];

export type WireCells = Readonly<Partial<Record<WireFaultName, Cell>>>;
