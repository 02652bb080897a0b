import type { Reason } from "../domain/reasons.ts";
import type { CheckContext } from "./context.ts";

/** In the order in which they are printed. */
export const GROUPS = ["runtime", "configuration", "r2", "telegram", "ledger", "pace", "worker"] as const;
export type Group = (typeof GROUPS)[number];

/** `unknown`: it could not be checked. `skipped`: it was not, since something it needs is missing. */
export type CheckStatus = "pass" | "warn" | "fail" | "skipped" | "unknown";

/** What a check says of one thing. */
export interface Report {
  readonly status: CheckStatus;
  /** One line: what was found. */
  readonly found: string;
  /** The one thing to do next: a command or a click path. */
  readonly next?: string | undefined;
  /** Which of several things it is about: a variable, a lane, a line. */
  readonly subject?: string | undefined;
  /** The stable reason of the failure behind it. */
  readonly reason?: Reason | undefined;
  /** Lines for whoever wants more. */
  readonly details?: readonly string[] | undefined;
}

/** One thing to look at. */
export interface Check {
  /** Stable; `docs/check-env.md` explains it under the anchor `check-<id>`. */
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  /** Why it matters, in a sentence. */
  readonly why: string;
  /** False where there is nothing to look at; it is then not mentioned. */
  readonly applies?: (context: CheckContext) => boolean;
  /** Checks that must not have failed, by id or by `id:subject`; otherwise this one is skipped. */
  readonly needs?: readonly string[];
  readonly run: (context: CheckContext) => readonly Report[] | Promise<readonly Report[]>;
}

/** What is printed: a report with all that belongs to it. */
export interface Finding {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  readonly subject: string | null;
  readonly status: CheckStatus;
  readonly found: string;
  readonly why: string;
  readonly next: string | null;
  readonly reason: Reason | null;
  readonly docs: string;
  readonly details: readonly string[];
}
