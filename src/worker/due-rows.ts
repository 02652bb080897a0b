import type { Emitter } from "../domain/events.ts";
import { type Failure, failure } from "../domain/failure.ts";
import type { ItemResult } from "../domain/outcome.ts";
import { hashKept } from "../domain/stated.ts";
import type { Task } from "../domain/task.ts";
import type { Ledger, Selected } from "../ledgers/port.ts";
import type { Intake } from "../pipeline/intake.ts";
import { type PlanRules, planPage } from "../pipeline/plan.ts";
import type { BotAvailability } from "./bot-availability.ts";

export interface DueRowsOptions {
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly intake: Intake;
  readonly availability: BotAvailability;
  readonly rules: PlanRules;
  /** Free places of the queue: rows stay where they are while there is none. */
  readonly room: () => number;
}

/**
 * Rows in `warming` that somebody else put into the ledger (the bot platform asks for an object by writing one), and
 * rows that failed for a passing reason and are due for another try.
 */
export class DueRows {
  readonly #options: DueRowsOptions;
  readonly #going = new Set<string>();

  constructor(options: DueRowsOptions) {
    this.#options = options;
    options.events.on("item", ({ bot, key, kind, askedKind }) =>
      this.#going.delete(nameOf(bot, askedKind ?? kind, key)),
    );
  }

  /** Puts due rows into the queue, as many as it has room for. Throws LedgerError. */
  async poll(): Promise<void> {
    const { ledger, availability, room } = this.#options;
    const bots = availability.present();
    if (bots.length === 0 || room() <= 0) return;
    const due = await ledger.warming(bots);
    const fresh = due.filter(({ bot, kind, entry }) => !this.#going.has(nameOf(bot, kind, entry.key)));
    await this.#take(fresh.slice(0, room()));
  }

  /** The task of a bot that cannot send: its row stays as it is. */
  takeBack({ bot, kind, entry }: Task): void {
    this.#going.delete(nameOf(bot, kind, entry.key));
  }

  async #take(rows: readonly Selected[]): Promise<void> {
    const { intake, rules } = this.#options;
    const items = rows.map(({ bot, kind, entry }) => ({
      type: "entry" as const,
      entry: { ...hashKept(entry), bot, kind, seen: true },
    }));
    for (const { bot, kind, entry } of rows) this.#going.add(nameOf(bot, kind, entry.key));
    for (const planned of await planPage(items, rules)) {
      if (planned.type === "item") await this.#settle(planned.item, rows);
      await intake.take(planned);
    }
  }

  /**
   * Marks the rows of an item that cannot be started as failed, or every poll would pick them up again; but not when
   * the bucket refused us, which is not the row's fault.
   */
  async #settle(item: ItemResult, rows: readonly Selected[]): Promise<void> {
    const asked = item.askedKind ?? item.kind;
    const own = rows.filter(
      ({ bot, kind, entry }) =>
        entry.key === item.key && (item.bot ?? bot) === bot && (asked ?? kind) === kind,
    );
    for (const { bot, kind, entry } of own) {
      this.#going.delete(nameOf(bot, kind, entry.key));
      if (item.error?.class !== "auth")
        await this.#options.ledger.refuse({ bot, kind, key: entry.key }, whyOf(item));
    }
  }
}

/** A row that waits although its key is ready, or was left alone, is about content that the key no longer has. */
function whyOf({ status, error, reason, key, left }: ItemResult): Failure {
  if (error && status === "failed" && !left) return failure(error.reason, error.message);
  if (reason === "empty_object") return failure("file_empty", `${key} has no content`);
  return failure("object_changed", `${key} has other content by now`);
}

function nameOf(bot: string | null, kind: string | null, key: string | null): string {
  return `${bot}|${kind}|${key}`;
}
