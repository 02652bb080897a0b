import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import type { MediaKind } from "../../domain/media.ts";
import type { LaneBoard, Permit } from "../../lanes/port.ts";
import type { CanaryMessage, PackedCalls, UnprovedId } from "../../ledgers/pack-port.ts";
import type { OwnAnswers } from "../own-answers.ts";
import { isLost, removeCanary, tryId } from "./canaries.ts";
import type { CanaryVerdict } from "./canary.ts";
import type { Packs } from "./packs.ts";

export interface TrialsOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: PackedCalls;
  readonly lanes: LaneBoard;
  readonly packs: Packs;
  readonly draining: AbortSignal;
  readonly answers: OwnAnswers;
  /** Makes the caption of a message that tries an id; null for one without. */
  readonly tag: () => string | null;
}

/**
 * Milliseconds between two looks for a slot, and how many there are on a lane that takes calls: one that is another process's all the
 * while is left to the next run. A wait that Telegram asked for is waited out, looked after so often.
 */
const [LOOK_MS, LOOKS, WAIT_MS] = [250, 480, 10_000];
const AHEAD_MS = 1_000;
/** How often an id is tried of which nothing is found out, and nothing posted; and for how long none of its kind is tried after that. */
const [TIMES, PAUSE_MS] = [3, 600_000];

/** Finds out what ids are worth that came in packs, beside the queue: those that an earlier process left, and those that looks found. */
export class Trials {
  readonly #options: TrialsOptions;
  /** By bot and kind: one of a kind speaks for all. */
  readonly #running = new Map<string, Promise<CanaryVerdict>>();
  readonly #openAt = new Map<string, number>();

  constructor(options: TrialsOptions) {
    this.#options = options;
  }

  /**
   * Whether an id is as good as any other, by what is proved of its kind, else by sending it once; `open` where that cannot be found out
   * now. Throws LedgerError.
   */
  async judge(id: UnprovedId): Promise<CanaryVerdict> {
    const { packs, clock } = this.#options;
    const known = packs.idsOf(id);
    if (known === "ordinary" || known === "rich_only") return known;
    const name = `${id.bot} ${id.kind}`;
    const openAt = this.#openAt.get(name);
    if (openAt !== undefined && clock.now() - openAt < PAUSE_MS) return "open";
    const running = this.#running.get(name) ?? this.#try(id).finally(() => this.#running.delete(name));
    this.#running.set(name, running);
    const verdict = await running;
    if (verdict === "open") this.#openAt.set(name, clock.now());
    return verdict;
  }

  /** Deletes the message of a canary; where there is no slot for that, the next run does. Throws LedgerError. */
  async remove(message: CanaryMessage): Promise<void> {
    const permit = await this.#slot(message.bot, message.chatId, null);
    if (permit) await removeCanary(message, permit, this.#options).finally(() => permit.drop());
  }

  async #try(id: UnprovedId): Promise<CanaryVerdict> {
    const { packs } = this.#options;
    for (let tries = 0; tries < TIMES; tries++) {
      const permit = await this.#slot(id.bot, id.chatId, id.kind);
      if (!permit) return "open";
      const trial = await tryId(id, permit, this.#options).finally(() => permit.drop());
      if (trial?.message) await this.remove(trial.message);
      if (trial && isLost(trial)) return "open";
      if (!trial || trial.verdict === "open") continue;
      packs.tried(id.bot, id.kind, trial.verdict, id.confirmation.stored.fileId);
      return trial.verdict;
    }
    return "open";
  }

  /** In this chat, or, once that is no lane any more, in another one that takes the kind; null for a call that is of its chat alone. */
  async #slot(bot: string, chat: string, kind: MediaKind | null): Promise<Permit | null> {
    const { lanes, clock, draining } = this.#options;
    for (let looks = 0; looks < LOOKS && !draining.aborted; ) {
      const isThere = lanes.isOpenIn(bot, chat);
      if (!isThere && (kind === null || !lanes.isOpen(bot, kind))) return null;
      const now = clock.now();
      const permit =
        isThere || kind === null
          ? lanes.takeIn(bot, chat, now, AHEAD_MS)
          : lanes.take(bot, kind, now, AHEAD_MS);
      if (permit) return permit;
      const waitMs = lanes.waitMs(bot, isThere ? chat : null, now);
      if (waitMs === 0) looks++;
      await clock.sleep(Math.max(LOOK_MS, Math.min(waitMs, WAIT_MS)), draining);
    }
    return null;
  }
}
