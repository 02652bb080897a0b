/** A call of the past, as a ledger keeps it. Times in Unix milliseconds, to the second; null while it has not ended. */
export interface PastAttempt {
  readonly id: number | bigint;
  readonly bot: string;
  readonly kind: string;
  readonly key: string;
  readonly bytes: number | null;
  /** Null for one that failed before its call. */
  readonly chat: string | null;
  /** The process that made it: its number and machine. */
  readonly owner: string;
  /** `ready`, `retry`, `failed`, `unknown`, or another state that it was left in. */
  readonly state: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly reason: string | null;
  readonly message: string | null;
  /** Null for one that sends an object. */
  readonly purpose: string | null;
  /** Place in a message of several media; null for one of its own. */
  readonly packIndex: number | null;
}
