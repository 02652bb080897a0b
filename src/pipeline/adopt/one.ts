import type { AdoptWay } from "../../domain/adopt-way.ts";
import { failure } from "../../domain/failure.ts";
import type { LookId } from "../../ledgers/look-port.ts";
import type { AttemptId } from "../../ledgers/port.ts";
import { deleteCopy } from "../../looks/look.ts";
import type { Bot, CallAnswer, SeenMessage, Sent } from "../../telegram/port.ts";
import { STOOD_STILL, unlessLost } from "../stood-still.ts";
import { type AdoptEnd, adoptedItem, confirmationOf, doubtedItem } from "./adopted.ts";
import type { Adoptable, AdoptionOptions } from "./adoption.ts";
import { AdoptCalls, factsOf } from "./calls.ts";
import { adoptedCaption } from "./caption.ts";
import { type AdoptStep, afterAnswer } from "./then.ts";

/** A call of an adoption, as it stands in the ledger. */
interface Begun {
  readonly attempt: AttemptId;
  /** Of a forward, whose copy may be left. */
  readonly look: LookId | null;
}

/** The adoption of one row. Each call is in the ledger before it is made. */
export class OneAdoption {
  readonly #options: AdoptionOptions;
  readonly #calls: AdoptCalls;

  constructor(options: AdoptionOptions) {
    this.#options = options;
    this.#calls = new AdoptCalls(options);
  }

  /** Goes by the ways that there are, one after the other; null where the object is to be warmed, or the run ends. Throws LedgerError. */
  async adopt(row: Adoptable): Promise<AdoptEnd | null> {
    const { chats, draining } = this.#options;
    const { task, posted } = row;
    const gone = new Set<AdoptWay>();
    for (let way: AdoptWay | null = row.way; way !== null && !gone.has(way) && !draining.aborted; ) {
      gone.add(way);
      const ended = way === "edit" ? await this.#byEdit(row) : await this.#byForward(row);
      if ("item" in ended) return ended;
      if (ended.everywhere) await chats.refuse(task.bot, posted.chatId, way);
      const next = await chats.wayTo(task.bot, posted);
      way = next === "edit" && gone.has("edit") ? "forward" : next;
      if (ended.isMissing) return null;
    }
    return null;
  }

  async #byEdit(row: Adoptable): Promise<AdoptEnd | NotSo> {
    const { task, posted } = row;
    const tag = posted.caption?.tag ?? null;
    for (let times = 1; ; times++) {
      const caption = adoptedCaption(tag, this.#options.random);
      const { answer, begun } = await this.#call(row, "edit", (bot) =>
        bot.editCaption(posted.chatId, posted.messageId, caption),
      );
      if (answer === null) return this.#given(begun, "no call could be made");
      const step = afterAnswer("edit", answer, posted, times);
      if (step.do === "confirm" && begun) return this.#confirm(row, "edit", begun, step.media);
      if (step.do === "again") {
        await this.#given(begun, `${task.entry.key}: the edit is made again`);
        continue;
      }
      return { ...(await this.#given(begun, whyOf(step))), ...restOf(step, answer) };
    }
  }

  async #byForward(row: Adoptable): Promise<AdoptEnd | NotSo> {
    const { ledger } = this.#options;
    const { posted } = row;
    const { answer, begun } = await this.#call(row, "forward", (bot) =>
      bot.forward(posted.chatId, posted.chatId, posted.messageId),
    );
    if (answer === null || begun === null) return this.#given(begun, "no call could be made");
    const step = afterAnswer("forward", answer, posted, 1);
    if (step.do === "doubt") {
      await unlessLost(
        () => ledger.doubt(begun.attempt, step.failure),
        () => {},
      );
      return doubtedItem(row, this.#calls.spent, step.failure);
    }
    if (answer.ok && begun.look !== null) await ledger.copied(begun.look, answer.value.messageId);
    const ended =
      step.do === "confirm"
        ? await this.#confirm(row, "forward", begun, step.media)
        : { ...(await this.#given({ ...begun, look: null }, whyOf(step))), ...restOf(step, answer) };
    await this.#takeAway(row, begun, answer);
    return ended;
  }

  /** The copy of a forward is deleted, which the next run does where this one cannot. */
  async #takeAway(
    { task, posted }: Adoptable,
    { look }: Begun,
    answer: CallAnswer<SeenMessage>,
  ): Promise<void> {
    const { ledger } = this.#options;
    if (look === null) return;
    if (answer.ok) {
      this.#calls.tookAway();
      const place = { bot: task.bot, chatId: posted.chatId };
      if (!(await deleteCopy(place, answer.value.messageId, this.#options))) return;
    }
    await ledger.endLook(look);
  }

  #call<T>(row: Adoptable, way: AdoptWay, make: (bot: Bot) => Promise<CallAnswer<T>>) {
    return this.#calls.ask([row], { begin: () => this.#begin(row, way), make });
  }

  async #begin(row: Adoptable, way: AdoptWay): Promise<Begun> {
    const { ledger } = this.#options;
    const { bot } = row.task;
    const { chatId, messageId } = row.posted;
    const attempt = await ledger.begin(factsOf(row, this.#options));
    const look = way === "edit" ? null : await ledger.beginLook({ attempt, bot, chatId, messageId, way });
    return { attempt, look };
  }

  async #given(begun: Begun | null, why: string): Promise<NotSo> {
    const { ledger } = this.#options;
    if (begun?.look) await ledger.endLook(begun.look);
    // What others have noted meanwhile needs no other end.
    if (begun)
      await unlessLost(
        () => ledger.retry(begun.attempt, failure("stopped", why)),
        () => {},
      );
    return NOT_SO;
  }

  /** An edit that others have given up meanwhile is work again; after a forward its row is in doubt. */
  #confirm(row: Adoptable, way: AdoptWay, { attempt }: Begun, media: Sent): Promise<AdoptEnd | NotSo> {
    const { confirmation, reading } = confirmationOf(row, media, this.#options);
    const record = async (): Promise<AdoptEnd | NotSo> => {
      const confirmed = await this.#options.ledger.confirm(attempt, confirmation);
      return { item: adoptedItem(row, { confirmed, reading, way, spent: this.#calls.spent }), way };
    };
    return unlessLost(record, () =>
      way === "edit" ? NOT_SO : doubtedItem(row, this.#calls.spent, STOOD_STILL),
    );
  }
}

/** No id came of it. */
interface NotSo {
  /** This chat refuses the way for any message. */
  readonly everywhere: boolean;
  /** There is no such message any more. */
  readonly isMissing: boolean;
}

const NOT_SO: NotSo = { everywhere: false, isMissing: false };

function whyOf(step: AdoptStep): string {
  return step.do === "otherwise" ? step.why : "no id came of it";
}

function restOf(step: AdoptStep, answer: CallAnswer<unknown>): NotSo {
  const isMissing = !answer.ok && answer.failure.reason === "message_missing";
  return { everywhere: step.do === "otherwise" && step.everywhere, isMissing };
}
