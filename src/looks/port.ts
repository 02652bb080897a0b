import type { LostPlan } from "../domain/resolved.ts";
import type { LostForecast } from "../domain/work-forecast.ts";
import type { AskedRow, LostCall } from "../ledgers/look-port.ts";
import type { SentTold } from "../telegram/port.ts";

/** What is known of a lost call once Telegram was asked for its message. */
export type LookVerdict =
  /** Its message is there; `media` has the id of the bot that made the call. */
  | { readonly is: "found"; readonly media: SentTold }
  /** It posted nothing that is there now. */
  | { readonly is: "absent" }
  /** Nobody can tell: there is no tag to know its message by, or no way to ask for it. */
  | { readonly is: "unchecked"; readonly why: string }
  /** It may still post; it can be looked for from `at` on, Unix milliseconds. */
  | { readonly is: "later"; readonly at: number }
  /** It was not found, and is not proved to be absent. */
  | { readonly is: "open"; readonly why: string };

/** Asks Telegram for the messages of lost calls. */
export interface LookBoard {
  /**
   * Looks for these, in several chats at once, and tells of each as soon as it is decided; whoever is told writes it down before
   * the next is told of that chat. Calls of one chat are looked for together: an id is asked for once. What is still undecided
   * when the run drains is told as `open`. Throws LedgerError, and what `tell` throws.
   */
  ask(
    calls: readonly LostCall[],
    tell: (call: LostCall, verdict: LookVerdict) => Promise<void>,
  ): Promise<void>;
  /**
   * Takes away what looks left in chats when their process died: buttons, and copies of messages; and messages that tried ids, whose answers were
   * lost. Throws LedgerError.
   */
  clear(): Promise<void>;
  /** Resolves when nothing is asked for any more; never rejects. */
  idle(): Promise<void>;
}

/** Says beforehand what looks would take. Asks the ledger, and nothing of Telegram. */
export interface LookForecaster {
  /** Counts these rows and returns the plan of each, in order. Throws LedgerError. */
  plan(rows: readonly AskedRow[]): Promise<LostPlan[]>;
  /** All that was counted. */
  forecast(): LostForecast;
}
