import { Moment } from "./steps.ts";

/** What every query of a ledger works with. */
export interface Store {
  /** The name of the ledger in messages. */
  readonly place: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Who makes the attempts: `<pid>@<host>`. */
  readonly owner: string;
  /** Calls under way belong to another process, which lives. */
  readonly beside?: boolean | undefined;
  /** The fencing number of this process, where others may write too. */
  readonly fence?: number | undefined;
  /** SQL that an attempt has to meet to bring an id: it is under way here still. Absent where no other process may write. */
  readonly held?: string | undefined;
}

/** The most rows that are read at once, so that memory stays bounded and writes get their turn in between. */
export const PAGE_ROWS = 1_000;

/** The last moment that was asked for, by its second. */
let last = { second: Number.NaN, moment: new Moment("") };

/** Returns a time as it is in the tables. */
export function stamp(unixMs: number): Moment {
  const second = Math.floor(unixMs / 1_000);
  if (second !== last.second)
    last = { second, moment: new Moment(new Date(unixMs).toISOString().slice(0, 19).replace("T", " ")) };
  return last.moment;
}
