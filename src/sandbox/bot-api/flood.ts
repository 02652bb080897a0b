import type { Clock } from "../../domain/clock.ts";
import { FloodGate, passAll } from "../flood-control/gate.ts";
import { DEFAULT_FLOOD_LIMITS, type FloodLimits } from "../flood-control/limits.ts";
import { SameSizeSpacing, SERVER_FLOOD, UnsentCap } from "../flood-control/upload-limits.ts";
import type { Profile, Random } from "../profiles.ts";
import { type ApiError, floodAsBadRequest, tooManyRequests } from "./api-error.ts";
import type { BotIdentity } from "./bots.ts";
import type { Chat } from "./chats.ts";
import { wait } from "./wait.ts";

/** What {@link Flood} works with. */
export interface FloodOptions {
  readonly profile: Profile;
  readonly local: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly stop: AbortSignal;
}

/** A message that is to be posted. */
export interface Admission {
  readonly bot: BotIdentity;
  readonly chat: Chat;
  /** Moment of the clock at which the call began. */
  readonly startedAt: number;
  /** Bytes of all files that came with it; 0 without files. */
  readonly uploadBytes: number;
  /** How many messages of the chat's quota it takes; 1 by default. */
  readonly cost?: number;
  /** A call that costs more than ever fits at once is refused each time; by default it passes when nothing is owed, and owes the rest. */
  readonly mayNotOwe?: boolean;
}

/**
 * The server's flood control: a gate for each bot in each chat and one for each bot, spacing of equal uploads, and a
 * cap on unsent messages.
 */
export class Flood {
  readonly #options: FloodOptions;
  readonly #gates = new Map<string, FloodGate>();
  readonly #spacing = new Map<number, SameSizeSpacing>();
  readonly #unsent = new Map<number, UnsentCap>();
  readonly #overrides = new Map<number, Partial<FloodLimits> | null>();
  /** Limits of bots over all their chats, where these were changed, by id. */
  readonly #botLimits = new Map<number, FloodLimits | null>();

  constructor(options: FloodOptions) {
    this.#options = options;
  }

  /** Runs `send` when the message may be posted, after the server's silent waits; or returns why it may not. */
  async admit<T>(
    admission: Admission,
    send: () => Promise<T>,
  ): Promise<{ error: ApiError } | { error: null; value: T }> {
    const cap = this.#unsentOf(admission.chat);
    if (cap !== null && !cap.enter()) return { error: await this.#serverFlood() };
    try {
      const error = (await this.#space(admission)) ?? (await this.#pass(admission));
      return error === null ? { error, value: await send() } : { error };
    } finally {
      cap?.leave();
    }
  }

  /** Refuses all messages of these bots to a chat, for `ms`. */
  freeze(chat: Chat, bots: readonly BotIdentity[], ms: number): void {
    for (const bot of bots) this.#chatGate(bot, chat, true)?.freeze(ms);
  }

  /** Changes the limits in this chat, for all bots; absent members stay. Null lifts the limit. */
  configure(chat: Chat, change: Partial<FloodLimits> | null): void {
    const before = this.#limitsOf(chat) ?? DEFAULT_FLOOD_LIMITS;
    this.#overrides.set(chat.id, change === null ? null : { ...before, ...change });
    const limits = this.#limitsOf(chat);
    for (const [key, gate] of this.#gates) {
      if (key.endsWith(`@${chat.id}`)) gate.configure(limits ?? UNLIMITED);
    }
  }

  /** Changes the limit of a bot over all its chats; absent members stay. Null lifts it. */
  configureBot(bot: BotIdentity, change: Partial<FloodLimits> | null): void {
    const before = this.#limitsOfBot(bot) ?? DEFAULT_FLOOD_LIMITS;
    const limits = change === null ? null : { ...before, ...change };
    this.#botLimits.set(bot.id, limits);
    this.#gates.get(String(bot.id))?.configure(limits ?? UNLIMITED);
  }

  /** Forgets everything that was sent, and all changes. */
  reset(): void {
    for (const map of [this.#gates, this.#spacing, this.#overrides, this.#botLimits]) map.clear();
  }

  async #pass({
    bot,
    chat,
    startedAt,
    uploadBytes,
    cost = 1,
    mayNotOwe,
  }: Admission): Promise<ApiError | null> {
    const { clock, random, stop } = this.#options;
    const chatGate = this.#chatGate(bot, chat, false);
    if (mayNotOwe && chatGate !== null && cost > chatGate.most) return tooManyRequests(OVERFLOW_SECONDS);
    const gates = [chatGate, this.#botGate(bot)].filter((gate) => gate !== null);
    const costs = gates.map((gate) => (gate === chatGate ? cost : 1));
    const verdict = passAll(gates, startedAt, clock, costs);
    if (verdict.type === "pass") {
      if (verdict.waitMs > 0) await wait(clock, verdict.waitMs, stop);
      return null;
    }
    const share = uploadBytes > 0 ? (chatGate?.limits.floodAs400 ?? 0) : 0;
    return random() < share ? floodAsBadRequest(verdict.retryAfter) : tooManyRequests(verdict.retryAfter);
  }

  async #space({ bot, uploadBytes }: Admission): Promise<ApiError | null> {
    const { profile, local, clock, stop } = this.#options;
    if (local || !profile.sameSizeSpacing || uploadBytes === 0) return null;
    const spacing = this.#spacing.get(bot.id) ?? new SameSizeSpacing(clock);
    this.#spacing.set(bot.id, spacing);
    const verdict = spacing.ask(uploadBytes);
    if (verdict.type === "refuse") return this.#serverFlood();
    if (verdict.waitMs > 0) await wait(clock, verdict.waitMs, stop);
    return null;
  }

  async #serverFlood(): Promise<ApiError> {
    await wait(this.#options.clock, SERVER_FLOOD.answerDelayMs, this.#options.stop);
    return tooManyRequests(SERVER_FLOOD.retryAfter);
  }

  #unsentOf(chat: Chat): UnsentCap | null {
    const { unsentCap } = this.#options.profile;
    if (unsentCap === null) return null;
    const cap = this.#unsent.get(chat.id) ?? new UnsentCap(unsentCap);
    this.#unsent.set(chat.id, cap);
    return cap;
  }

  #botGate(bot: BotIdentity): FloodGate | null {
    const limits = this.#limitsOfBot(bot);
    return limits && this.#gate(String(bot.id), limits);
  }

  #limitsOfBot({ id }: BotIdentity): FloodLimits | null {
    const changed = this.#botLimits.get(id);
    return changed === undefined ? this.#options.profile.botLimits : changed;
  }

  /** A chat without limits has a gate only once it is frozen. */
  #chatGate(bot: BotIdentity, chat: Chat, always: boolean): FloodGate | null {
    const limits = this.#limitsOf(chat);
    const key = `${bot.id}@${chat.id}`;
    if (limits === null && !always) return this.#gates.get(key) ?? null;
    return this.#gate(key, limits ?? UNLIMITED);
  }

  #gate(key: string, limits: FloodLimits): FloodGate {
    const gate = this.#gates.get(key) ?? new FloodGate(limits, this.#options.clock);
    this.#gates.set(key, gate);
    return gate;
  }

  #limitsOf(chat: Chat): FloodLimits | null {
    const { groupLimits, privateLimits } = this.#options.profile;
    const usual = chat.type === "private" ? privateLimits : groupLimits;
    const own = this.#overrides.has(chat.id) ? this.#overrides.get(chat.id) : chat.options.limits;
    if (own === null) return null;
    return own === undefined ? usual : { ...DEFAULT_FLOOD_LIMITS, ...usual, ...own };
  }
}

/** What a call that can never pass is told to wait. */
const OVERFLOW_SECONDS = 60;

const UNLIMITED: FloodLimits = { ...DEFAULT_FLOOD_LIMITS, rate: 1e9, burst: 1e9 };
