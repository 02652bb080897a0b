import type { Clock } from "../../domain/clock.ts";
import { failure } from "../../domain/failure.ts";
import { failed, ok, type Result } from "../../domain/result.ts";
import { FloodGate } from "../../sandbox/flood-control/gate.ts";
import { DEFAULT_FLOOD_LIMITS, type FloodLimits } from "../../sandbox/flood-control/limits.ts";
import type { PackAnswer, PackRequest } from "../../telegram/pack-port.ts";
import type { Bot, CallAnswer, Sent } from "../../telegram/port.ts";

/** What Telegram does where nobody knows it, as far as packs ask. */
export interface VirtualTelegram {
  /** What of a message counts against the quota of its chat. */
  readonly counts: "messages" | "media";
  /** What ids of media of a pack are good for: every method, or packs alone. */
  readonly ids: "ordinary" | "rich_only";
  /** Of each chat; null for none. */
  readonly limits: Partial<FloodLimits> | null;
  /** What an answer takes, in milliseconds. */
  readonly answerMs: number;
}

/** Ids that came in a pack. */
const PACKED = "packed-";

/** A bot on a virtual clock: no network, only the flood control of the sandbox and the time that an answer takes. */
export class VirtualBot implements Bot {
  readonly slug: string;
  readonly id: string;
  calls = 0;
  refused = 0;
  readonly #telegram: VirtualTelegram;
  readonly #clock: Clock;
  readonly #gates = new Map<string, FloodGate>();
  #messages = 0;
  #files = 0;

  constructor(slug: string, id: string, telegram: VirtualTelegram, clock: Clock) {
    this.slug = slug;
    this.id = id;
    this.#telegram = telegram;
    this.#clock = clock;
  }

  send: Bot["send"] = ({ chat, kind, media }) => {
    const isDead =
      this.#telegram.ids === "rich_only" && typeof media === "string" && media.startsWith(PACKED);
    const dead = failure("file_id_dead", "Bad Request: wrong file identifier", { code: 400 });
    return this.#call(chat, 1, () => {
      this.#messages += 1;
      return isDead ? failed(dead) : ok(this.#sent(chat, kind, "single-"));
    });
  };

  async sendPack({ chat, media }: PackRequest): Promise<PackAnswer> {
    const cost = this.#telegram.counts === "media" ? media.length : 1;
    const answer = await this.#call(chat, cost, () => {
      this.#messages += 1;
      const blocks = media.map(({ kind, tag }) => ({
        sent: this.#sent(chat, kind, PACKED),
        caption: tag,
        bytes: null,
      }));
      return ok({ chatId: chat, messageId: this.#messages, blocks });
    });
    return { ...answer, medium: null };
  }

  deleteMessage: Bot["deleteMessage"] = (chat) => this.#call(chat, 1, () => ok(undefined));
  getMe: Bot["getMe"] = async () => ok({ username: this.slug });
  getChat: Bot["getChat"] = async (id) => ok({ id, type: "channel", title: id });
  canPost: Bot["canPost"] = async () => ok(undefined);
  checkFile: Bot["checkFile"] = async () => ok(undefined);
  rightsIn: Bot["rightsIn"] = async () => ok({ editsOthers: false });
  editReplyMarkup: Bot["editReplyMarkup"] = (chat) => this.#call(chat, 1, () => ok("not modified" as const));
  editCaption: Bot["editCaption"] = this.editReplyMarkup;
  forward: Bot["forward"] = (chat) =>
    this.#call(chat, 1, () => failed(failure("message_protected", "nothing is forwarded here")));

  #sent(chatId: string, kind: Sent["kind"], name: string): Sent {
    this.#files += 1;
    const fileId = `${name}${this.id}-${this.#files}`;
    const unknown = { width: null, height: null, duration: null, mime: null };
    return {
      chatId,
      messageId: this.#messages,
      kind,
      fileId,
      fileUniqueId: `unique-of-${fileId}`,
      ...unknown,
    };
  }

  async #call<T>(chat: string, cost: number, make: () => Result<T>): Promise<CallAnswer<T>> {
    const { answerMs } = this.#telegram;
    const started = this.#clock.now();
    const gate = this.#gateOf(chat);
    const verdict = gate?.ask(started, cost) ?? { type: "pass" as const, waitMs: 0 };
    this.calls += 1;
    const waitMs = verdict.type === "pass" ? verdict.waitMs : 0;
    if (verdict.type === "pass") gate?.book(started + waitMs, cost);
    else this.refused += 1;
    await this.#clock.sleep(waitMs + answerMs);
    const times = { started, bodyEnd: started, ended: this.#clock.now() };
    if (verdict.type === "pass") return { ...make(), times };
    const retryAfterMs = verdict.retryAfter * 1_000;
    const text = `Too Many Requests: retry after ${verdict.retryAfter}`;
    return { ...failed<T>(failure("flood_wait", text, { retryAfterMs, code: 429 })), times };
  }

  #gateOf(chat: string): FloodGate | undefined {
    const { limits } = this.#telegram;
    const known = this.#gates.get(chat);
    if (known || !limits) return known;
    const gate = new FloodGate({ ...DEFAULT_FLOOD_LIMITS, ...limits }, this.#clock);
    this.#gates.set(chat, gate);
    return gate;
  }
}
