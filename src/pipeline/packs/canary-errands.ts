import type { Emitter } from "../../domain/events.ts";
import type { Task } from "../../domain/task.ts";
import type { CanaryMessage, PackedCalls, UnprovedId } from "../../ledgers/pack-port.ts";
import type { InFlight } from "../claims.ts";
import { later, type WaitingRoom } from "../later.ts";
import type { Outcome } from "../outcome.ts";
import type { OwnAnswers } from "../own-answers.ts";
import type { Settlement } from "../settle.ts";
import type { Stop } from "../stop.ts";
import type { Waited } from "../tried.ts";
import { isLost, removeCanary, tryId } from "./canaries.ts";
import type { CanaryVerdict } from "./canary.ts";
import type { Errands } from "./errands.ts";
import { notTaken, notTried } from "./left-canaries.ts";
import type { Packs } from "./packs.ts";

export interface CanaryErrandsOptions extends WaitingRoom {
  readonly events: Emitter;
  readonly ledger: PackedCalls;
  readonly stop: Stop;
  readonly settlement: Settlement;
  readonly inFlight: InFlight;
  readonly packs: Packs;
  readonly errands: Errands;
  readonly answers: OwnAnswers;
  /** Makes the caption of a message that tries an id; null for one without. */
  readonly tag: () => string | null;
  /** Is told of each task that has ended. */
  readonly finished: (task: Task) => Promise<void>;
}

/** A medium whose id came in a pack and is to be tried. */
export interface OnTrial {
  readonly task: Task;
  /** By which its content is claimed. */
  readonly claimedBy: Task;
  readonly outcome: Outcome;
  readonly waited: Waited;
  readonly id: UnprovedId;
}

/** How often an id is tried of which nothing is found out, and nothing posted; and a message deleted, before that is left to the next run. */
const [CANARY_TRIES, DELETIONS] = [3, 3];

/** Has ids tried by the method of their kind, their messages deleted, and their media ended or sent again by that. */
export class CanaryErrands {
  readonly #options: CanaryErrandsOptions;

  constructor(options: CanaryErrandsOptions) {
    this.#options = options;
  }

  /** Has an id tried. */
  add(one: OnTrial, tries = 1): void {
    const { errands, packs } = this.#options;
    const { bot, kind } = one.task;
    errands.add({
      bot,
      kind,
      chat: null,
      run: async (permit) => {
        const trial = await tryId(one.id, permit, this.#calls());
        permit.drop();
        if (!trial || trial.failure?.class === "flood") return this.add(one, tries);
        const { message, verdict } = trial;
        if (isLost(trial)) await this.#left(one);
        else if (message) this.#removeThen(message, () => this.#decided(one, verdict));
        else if (verdict === "open" && tries < CANARY_TRIES) this.add(one, tries + 1);
        else await this.#decided(one, verdict);
      },
      // It waits in the ledger for the next run.
      giveUp: async () => packs.tried(bot, kind, "open", ""),
    });
  }

  #removeThen(message: CanaryMessage, done: () => Promise<void>, tries = 1): void {
    const { bot, kind, chatId } = message;
    this.#options.errands.add({
      bot,
      kind,
      chat: chatId,
      run: async (permit) => {
        const end = await removeCanary(message, permit, this.#calls());
        permit.drop();
        if (end === "waits") this.#removeThen(message, done, tries);
        else if (end === "unclear" && tries < DELETIONS) this.#removeThen(message, done, tries + 1);
        else await done();
      },
      giveUp: done,
    });
  }

  /** Nobody knows what became of the message that was to try the id: it waits in the ledger, and its medium is in doubt for that long. */
  async #left({ task, claimedBy, outcome, waited, id }: OnTrial): Promise<void> {
    const { settlement, inFlight, packs, finished } = this.#options;
    packs.tried(task.bot, task.kind, "open", "");
    try {
      await settlement.leave(task, outcome, waited, id);
      await finished(task);
    } finally {
      inFlight.release(claimedBy);
    }
  }

  /** The id is as good as any, or as none; also where nothing can be found out its medium goes by itself. */
  async #decided({ task, claimedBy, outcome, waited, id }: OnTrial, verdict: CanaryVerdict): Promise<void> {
    const { settlement, inFlight, packs, finished } = this.#options;
    packs.tried(task.bot, task.kind, verdict, id.confirmation.stored.fileId);
    try {
      if (verdict === "ordinary") {
        await settlement.settle(task, outcome, waited);
        await finished(task);
        return;
      }
      const why = verdict === "open" ? notTried(id) : notTaken(id);
      const again = await settlement.discard(task, outcome, waited, why);
      if (again) later(again, undefined, this.#options);
      else await finished(task);
    } finally {
      inFlight.release(claimedBy);
    }
  }

  #calls() {
    const { ledger, stop, answers, events, tag } = this.#options;
    return { ledger, answers, events, tag, draining: stop.draining };
  }
}
