import type { Clock } from "../domain/clock.ts";
import { toWall } from "../domain/clock.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Result } from "../domain/result.ts";
import { newTag } from "../domain/tag.ts";
import { documentedPace } from "../lanes/documented-pace.ts";
import type { Waits } from "../lanes/waits.ts";
import type { AttemptId, Ledger } from "../ledgers/port.ts";
import type { PackAnswer, PackMedium } from "../telegram/pack-port.ts";
import type {
  Bot,
  CallAnswer,
  ChatInfo,
  EditAnswer,
  SeenMessage,
  SendAnswer,
  UploadSource,
} from "../telegram/port.ts";
import { type MessageBudget, ProbeHalted } from "./budget.ts";

export interface ProbeLaneOptions {
  readonly bot: Bot;
  readonly chat: ChatInfo;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly waits: Waits;
  readonly budget: MessageBudget;
  readonly random: () => number;
  /** Aborts where nothing more is to be begun. */
  readonly draining: AbortSignal;
  /** Aborts where nothing is to be waited for, not even to tidy up. */
  readonly aborting: AbortSignal;
  /** Told of waits that a person would notice, in milliseconds. */
  readonly waiting: (ms: number) => void;
}

/** A medium that is to be posted. */
export interface ProbeMedium {
  readonly kind: MediaKind;
  /** An upload, a URL or a file_id. */
  readonly media: UploadSource | string;
}

/** How a call is made: at the pace that Telegram documents, or at once. A wait that Telegram asked for is obeyed by both. */
type Hurry = "paced" | "at once";

/** A message that is in its chat. */
interface StandingMessage {
  readonly attempt: AttemptId;
  readonly messageId: number;
}

/** A little more than was asked for: two clocks are never quite one. */
const MARGIN_MS = 100;
/** How often a call is made again after a wait. */
const TRIES = 6;

/** A bot in a chat, as a probe uses it: each call waits its turn, each message is written down before it is posted and can be taken away. */
export class ProbeLane {
  readonly bot: Bot;
  readonly chat: ChatInfo;
  readonly #options: ProbeLaneOptions;
  #posted: readonly StandingMessage[] = [];
  #nextAt = Number.NEGATIVE_INFINITY;

  constructor(options: ProbeLaneOptions) {
    this.#options = options;
    this.bot = options.bot;
    this.chat = options.chat;
  }

  /** Messages that stand in the chat. */
  get standing(): number {
    return this.#posted.length;
  }

  /** Posts one medium, once. */
  send({ kind, media }: ProbeMedium, hurry: Hurry = "paced"): Promise<SendAnswer> {
    return this.post(kind, hurry, (caption) => this.bot.send({ chat: this.chat.id, kind, media, caption }));
  }

  /** Posts several media in one message, once. */
  pack(media: readonly ProbeMedium[], hurry: Hurry = "paced"): Promise<PackAnswer> {
    return this.post(media[0]?.kind ?? "photo", hurry, (caption) =>
      this.bot.sendPack({ chat: this.chat.id, media: media.map(tagged(caption)) }),
    );
  }

  /** Posts a copy of a message of this chat, once. */
  forward(messageId: number): Promise<CallAnswer<SeenMessage>> {
    const { id } = this.chat;
    return this.post("photo", "paced", () => this.bot.forward(id, id, messageId));
  }

  /** Gives a message a button. */
  button(messageId: number): Promise<EditAnswer> {
    return this.patiently(() =>
      this.ask("paced", () => this.bot.editReplyMarkup(this.chat.id, messageId, "prewarm")),
    );
  }

  /** Asks for a file by its id. */
  checkFile(fileId: string): Promise<Result<void>> {
    return this.patiently(async () => this.#heard(await this.bot.checkFile(fileId)));
  }

  /** Makes a call again after each wait that it is answered with. */
  async patiently<A extends Result<unknown>>(call: () => Promise<A>): Promise<A> {
    let answer = await call();
    for (let tries = 1; tries < TRIES && isFlood(answer); tries += 1) answer = await call();
    return answer;
  }

  /** Makes no call for so long, so that the quota of the chat is full again. */
  async rest(ms: number): Promise<void> {
    await this.#sleep(ms, this.#options.draining);
    this.#stopIfAsked();
  }

  /** Milliseconds until Telegram lets this bot call here again; 0 when it does. */
  get waitMs(): number {
    return this.#options.waits.leftMs(this.bot.slug, this.chat.id);
  }

  /** Takes away what stands in the chat, also when nothing more is to be begun. Throws LedgerError. */
  async clear(hurry: Hurry = "paced"): Promise<void> {
    for (const posted of this.#posted) if (!(await this.#remove(posted, hurry))) return;
  }

  /** Takes a message over that an earlier probe left, so that it is taken away with others. */
  takeOver(posted: StandingMessage): void {
    this.#posted = [...this.#posted, posted];
  }

  /** Takes a message away that was found in the chat. */
  async removeLost(messageId: number): Promise<void> {
    await this.patiently(() => this.ask("paced", () => this.bot.deleteMessage(this.chat.id, messageId)));
  }

  /** Takes one message away; false where nothing is to be waited for any more. Throws LedgerError. */
  async #remove({ attempt, messageId }: StandingMessage, hurry: Hurry = "paced"): Promise<boolean> {
    const { aborting, ledger } = this.#options;
    for (let tries = 0; tries < TRIES && !aborting.aborted; tries += 1) {
      await this.#pause(hurry, aborting);
      if (aborting.aborted) return false;
      const answer = this.#heard(await this.bot.deleteMessage(this.chat.id, messageId));
      if (isPassing(answer)) continue;
      await ledger.endCanary(attempt, { state: "discarded" });
      this.#posted = this.#posted.filter((each) => each.attempt !== attempt);
      return true;
    }
    return false;
  }

  /** Makes a call that posts nothing, once. */
  async ask<A extends Result<unknown>>(hurry: Hurry, call: () => Promise<A>): Promise<A> {
    await this.#turn(hurry);
    return this.#heard(await call());
  }

  /** Makes a call that posts a message, once; it is written down before. */
  async post<A extends CallAnswer<{ readonly messageId: number }>>(
    kind: MediaKind,
    hurry: Hurry,
    call: (tag: string) => Promise<A>,
  ): Promise<A> {
    const { budget, ledger, random } = this.#options;
    await this.#turn(hurry);
    budget.take();
    const tag = newTag(random);
    const attempt = await ledger
      .beginProbe({ bot: this.bot.slug, chatId: this.chat.id, kind, tag })
      .catch((error: unknown) => {
        budget.giveBack();
        throw error;
      });
    const answer = this.#heard(await call(tag));
    if (answer.ok) {
      const { messageId } = answer.value;
      // It stands there, whatever the ledger answers.
      this.#posted = [...this.#posted, { attempt, messageId }];
      await ledger.endCanary(attempt, { state: "ready", messageId });
      return answer;
    }
    const isLost = answer.failure.class === "in_doubt";
    if (!isLost) budget.giveBack();
    await ledger.endCanary(attempt, { state: isLost ? "unknown" : "failed", failure: answer.failure });
    return answer;
  }

  /** A wait is kept for whoever calls next, also in another process. */
  #heard<A extends Result<unknown>>(answer: A): A {
    if (!isFlood(answer) || answer.ok) return answer;
    const { waits, clock, ledger } = this.#options;
    const until = clock.now() + (answer.failure.retryAfterMs ?? 0) + MARGIN_MS;
    const lane = { bot: this.bot.slug, chat: this.chat.id };
    waits.note({ ...lane, until });
    // A ledger that breaks shows at the next message, which ends the probe.
    void ledger.freezeLane({ ...lane, until: toWall(clock, until) }).catch(() => {});
    return answer;
  }

  async #turn(hurry: Hurry): Promise<void> {
    this.#stopIfAsked();
    await this.#pause(hurry, this.#options.draining);
    this.#stopIfAsked();
  }

  async #pause(hurry: Hurry, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const paceMs = hurry === "paced" ? this.#nextAt - clock.now() : 0;
    await this.#sleep(Math.max(paceMs, this.waitMs), signal);
    this.#nextAt = clock.now() + 60_000 / documentedPace(this.chat.type);
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0) return;
    this.#options.waiting(ms);
    await this.#options.clock.sleep(ms, signal);
  }

  #stopIfAsked(): void {
    if (this.#options.draining.aborted) throw new ProbeHalted("stopped");
  }
}

function tagged(caption: string) {
  return ({ kind, media }: ProbeMedium, index: number): PackMedium => ({
    kind,
    media,
    tag: index === 0 ? caption : null,
  });
}

function isFlood(answer: Result<unknown>): boolean {
  return !answer.ok && answer.failure.class === "flood";
}

function isPassing(answer: Result<unknown>): boolean {
  return isFlood(answer) || (!answer.ok && answer.failure.class === "transient");
}
