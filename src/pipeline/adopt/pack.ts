import type { AdoptWay } from "../../domain/adopt-way.ts";
import { failure } from "../../domain/failure.ts";
import type { LookId } from "../../ledgers/look-port.ts";
import type { UnprovedId } from "../../ledgers/pack-port.ts";
import type { AttemptId } from "../../ledgers/port.ts";
import { deleteCopy, takeButton } from "../../looks/look.ts";
import type { CallAnswer, SeenMessage, Sent } from "../../telegram/port.ts";
import type { CanaryVerdict } from "../packs/canary.ts";
import { notTaken, notTried } from "../packs/left-canaries.ts";
import { STOOD_STILL, unlessLost } from "../stood-still.ts";
import { type AdoptEnd, adoptedItem, confirmationOf, doubtedItem, isEverywhere } from "./adopted.ts";
import type { Adoptable, AdoptionOptions } from "./adoption.ts";
import { type Adoptables, AdoptCalls, factsOf } from "./calls.ts";

/** What ids are worth that come out of a message of several media. */
export interface PackIds {
  /** Whether ids of its kind are known to serve its own method. */
  readonly isProved: (id: UnprovedId) => boolean;
  /** Finds it out by this one. Throws LedgerError. */
  readonly judge: (id: UnprovedId) => Promise<CanaryVerdict>;
}

/** Attempts of the rows of a message, in their order, and what stands in the ledger of the calls for them. */
interface Begun {
  readonly attempts: readonly AttemptId[];
  readonly look: LookId;
}

type SeenAnswer = CallAnswer<SeenMessage | "not modified">;

/** What was answered, null where no call could be made, and what of it stands in the ledger. */
interface PackAsked {
  readonly answer: SeenAnswer | null;
  readonly begun: Begun | null;
}

/** A button that does nothing; the second is for a message that was left with the first. */
const BUTTONS = ["·", "··"] as const;
/** A lost edit is made again so often. */
const TIMES = 3;

/** The adoption of all rows of a message of several media: one look at it, by a button or a copy that is taken away again. */
export class PackAdoption {
  readonly #options: AdoptionOptions;
  readonly #calls: AdoptCalls;

  constructor(options: AdoptionOptions) {
    this.#options = options;
    this.#calls = new AdoptCalls(options);
  }

  /** What became of each row, in order; null for one that is to be warmed. Throws LedgerError. */
  async adopt(rows: Adoptables): Promise<readonly (AdoptEnd | null)[]> {
    let { way }: { way: AdoptWay | null } = rows[0];
    while (way !== null && !this.#options.draining.aborted) {
      const { answer, begun } = way === "edit" ? await this.#byButton(rows) : await this.#byCopy(rows);
      if (begun && answer?.ok && answer.value !== "not modified")
        return this.#endAll(rows, begun.attempts, answer.value, way);
      way = await this.#otherWay(rows[0], way, { answer, begun });
    }
    return rows.map(() => null);
  }

  /** The way after one that brought no id, once: a copy after a button. */
  async #otherWay({ task, posted }: Adoptable, way: AdoptWay, { answer, begun }: PackAsked) {
    const { ledger, chats } = this.#options;
    const why = answer && !answer.ok ? answer.failure : failure("stopped", "no id came of it");
    // What others have noted meanwhile needs no other end.
    for (const attempt of begun?.attempts ?? [])
      await unlessLost(
        () => ledger.retry(attempt, why),
        () => {},
      );
    if (isEverywhere(why)) await chats.refuse(task.bot, posted.chatId, way);
    if (way === "forward" || why.reason === "message_missing") return null;
    return (await chats.wayTo(task.bot, posted)) === null ? null : "forward";
  }

  /** The answer to a button holds all media. */
  async #byButton(rows: Adoptables): Promise<PackAsked> {
    const [{ task, posted }] = rows;
    const { chatId, messageId } = posted;
    let [answer, begun]: [SeenAnswer | null, Begun | null] = [null, null];
    for (let times = 0; times < TIMES; times++) {
      const button = BUTTONS[times % BUTTONS.length] ?? "";
      const asked = await this.#calls.ask<SeenMessage | "not modified", Begun>(rows, {
        begin: async () => begun ?? this.#begin(rows, "edit"),
        make: (bot) => bot.editReplyMarkup(chatId, messageId, button),
      });
      answer = asked.answer;
      begun ??= asked.begun;
      if (answer === null || (answer.ok && answer.value !== "not modified")) break;
      if (!answer.ok && answer.failure.class !== "in_doubt") break;
    }
    if (begun === null) return { answer, begun };
    const isTouched = answer === null || answer.ok || answer.failure.class === "in_doubt";
    if (isTouched) this.#calls.tookAway();
    const place = { bot: task.bot, chatId, messageId };
    if (!isTouched || (await takeButton(place, this.#options)))
      await this.#options.ledger.endLook(begun.look);
    return { answer, begun };
  }

  /** After a lost answer a copy may be there, which the next run looks for. */
  async #byCopy(rows: Adoptables): Promise<PackAsked> {
    const { ledger } = this.#options;
    const [{ task, posted }] = rows;
    const { chatId, messageId } = posted;
    const { answer, begun } = await this.#calls.ask(rows, {
      begin: () => this.#begin(rows, "forward"),
      make: (bot) => bot.forward(chatId, chatId, messageId),
    });
    if (begun === null) return { answer, begun };
    if (answer?.ok) {
      this.#calls.tookAway();
      await ledger.copied(begun.look, answer.value.messageId);
      if (await deleteCopy({ bot: task.bot, chatId }, answer.value.messageId, this.#options))
        await ledger.endLook(begun.look);
    } else if (answer?.failure.class !== "in_doubt") await ledger.endLook(begun.look);
    return { answer, begun };
  }

  async #begin(rows: Adoptables, way: AdoptWay): Promise<Begun> {
    const { ledger } = this.#options;
    const [{ task, posted }] = rows;
    const { chatId, messageId } = posted;
    const attempts = await ledger.beginAll(rows.map((row) => factsOf(row, this.#options)));
    const [attempt] = attempts;
    if (attempt === undefined) throw new Error("no attempt was written");
    const look = await ledger.beginLook({ attempt, bot: task.bot, chatId, messageId, way });
    return { attempts, look };
  }

  #endAll(rows: Adoptables, attempts: readonly AttemptId[], seen: SeenMessage, way: AdoptWay) {
    return Promise.all(
      rows.map(async (row, nth) => {
        const attempt = attempts[nth];
        if (attempt === undefined) return null;
        const record = () => this.#end(row, attempt, mediumOf(row, seen), way);
        // The look stands at the first: after a forward its row is in doubt for others, all else is work again.
        const isInDoubt = nth === 0 && way === "forward";
        return unlessLost(record, () =>
          isInDoubt ? doubtedItem(row, this.#calls.spent, STOOD_STILL) : null,
        );
      }),
    );
  }

  /** An id counts where those of its kind are proved; else it is tried. */
  async #end(
    row: Adoptable,
    attempt: AttemptId,
    media: Sent | null,
    way: AdoptWay,
  ): Promise<AdoptEnd | null> {
    const { ledger, packIds } = this.#options;
    const { task, posted } = row;
    const { bot, kind, content, entry } = task;
    const { chatId } = posted;
    if (media === null) {
      await ledger.retry(
        attempt,
        failure("stopped", `its message carries another file than ${entry.key} now`),
      );
      return null;
    }
    const { confirmation, reading } = confirmationOf(row, media, this.#options);
    const id = { attempt, bot, kind, key: entry.key, content, chatId, confirmation };
    if (!packIds.isProved(id)) {
      await ledger.holdUnproved(attempt, confirmation);
      const worth = await packIds.judge(id);
      if (worth !== "ordinary") {
        await ledger.discard(attempt, worth === "open" ? notTried(id) : notTaken(id));
        return null;
      }
    }
    const confirmed = await ledger.confirm(attempt, confirmation);
    return { item: adoptedItem(row, { confirmed, reading, way, spent: this.#calls.spent }), way };
  }
}

/** The file is the same for all bots by its `file_unique_id`. */
function mediumOf({ posted }: Adoptable, { blocks }: SeenMessage): Sent | null {
  const found = (blocks ?? []).find(
    ({ sent }) => sent !== null && posted.fileUniqueId !== null && sent.fileUniqueId === posted.fileUniqueId,
  );
  return found?.sent ?? null;
}
