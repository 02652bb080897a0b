import type { Emitter } from "../domain/events.ts";
import { failure } from "../domain/failure.ts";
import type { ItemResult } from "../domain/outcome.ts";
import type { Task } from "../domain/task.ts";
import type { Ledger, Selected } from "../ledgers/port.ts";
import type { Intake } from "../pipeline/intake.ts";
import { type PlanRules, planPage } from "../pipeline/plan.ts";
import type { Absence } from "./absence.ts";

export interface RowsParts {
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly intake: Intake;
  readonly absence: Absence;
  readonly rules: PlanRules;
  /** Free places of the queue: rows stay where they are while there is none. */
  readonly room: () => number;
}

/**
 * Rows in `warming` that somebody else put into the ledger (the bot platform asks for an object by writing one), and rows
 * that failed for a reason that passes and are due for another try.
 */
export class Rows {
  readonly #parts: RowsParts;
  readonly #going = new Set<string>();

  constructor(parts: RowsParts) {
    this.#parts = parts;
    parts.events.on("item", ({ bot, key }) => this.#going.delete(nameOf(bot, key)));
  }

  /** Puts due rows into the queue, as many as it has room for. Throws LedgerError. */
  async look(): Promise<void> {
    const { ledger, absence, room } = this.#parts;
    const bots = absence.present();
    if (bots.length === 0 || room() <= 0) return;
    const due = await ledger.warming(bots);
    const fresh = due.filter(({ bot, entry }) => !this.#going.has(nameOf(bot, entry.key)));
    await this.#take(fresh.slice(0, room()));
  }

  /** The task of a bot that cannot send: its row stays as it is. */
  strand({ bot, entry }: Task): void {
    this.#going.delete(nameOf(bot, entry.key));
  }

  async #take(rows: readonly Selected[]): Promise<void> {
    const { intake, rules } = this.#parts;
    const items = rows.map(({ bot, kind, entry }) => ({
      type: "entry" as const,
      entry: { ...entry, bot, kind },
    }));
    for (const { bot, entry } of rows) this.#going.add(nameOf(bot, entry.key));
    for (const planned of await planPage(items, rules)) {
      if (planned.type === "item") await this.#settle(planned.item, rows);
      await intake.take(planned);
    }
  }

  /** An object that could not even be asked: its row must not be work for ever. */
  async #settle(item: ItemResult, rows: readonly Selected[]): Promise<void> {
    const row = rows.find(({ bot, entry }) => entry.key === item.key && (item.bot ?? bot) === bot);
    if (!row) return;
    this.#going.delete(nameOf(row.bot, item.key));
    const why = item.error?.class === "auth" ? null : whyOf(item);
    if (why) await this.#parts.ledger.refuse({ bot: row.bot, kind: row.kind, key: row.entry.key }, why);
  }
}

function whyOf({ status, error, reason, key, left }: ItemResult) {
  if (left) return null;
  if (error && status === "failed") return failure(error.reason, error.message);
  return reason === "empty_object" ? failure("file_empty", `${key} has no content`) : null;
}

function nameOf(bot: string | null, key: string | null): string {
  return `${bot}|${key}`;
}
