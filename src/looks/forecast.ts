import type { Clock } from "../domain/clock.ts";
import type { LostPlan } from "../domain/resolved.ts";
import type { LostForecast } from "../domain/work-forecast.ts";
import type { AskedRow, LostCall, LostCalls } from "../ledgers/look-port.ts";
import { candidatesFor, isLater, MOST } from "./candidates.ts";
import { NO_CHAT } from "./chat-way.ts";
import { knownOf } from "./known.ts";
import type { LookForecaster } from "./port.ts";
import { rowVerdict } from "./row-verdict.ts";
import { type LookPatience, settledAt } from "./when.ts";

export interface LookForecastOptions {
  /** Slugs of the bots that take part. */
  readonly bots: readonly string[];
  readonly patience: LookPatience;
  readonly ledger: LostCalls;
  readonly clock: Clock;
  /** Calls a minute of a bot in a chat; null where it has no open lane there. */
  readonly paceIn: (bot: string, chatId: string) => number | null;
}

/** Calls that it takes to ask for a message and to leave nothing of that, and those of a post after all that are looked for. */
const [CALLS, MARK_CALLS] = [2, 2];

/** What is asked for in one chat. */
interface ChatCount {
  readonly perMinute: number;
  readonly ids: Set<number>;
  /** No message of ours is known there, from which to count. */
  isBlank: boolean;
  /** A post after those that are looked for is to be made. */
  needsMark: boolean;
}

/** Returns what says beforehand what looks would take. */
export function openLookForecast(options: LookForecastOptions): LookForecaster {
  return new LookCount(options);
}

class LookCount implements LookForecaster {
  readonly #options: LookForecastOptions;
  readonly #chats = new Map<string, ChatCount>();
  readonly #rows = { look: 0, later: 0, absent: 0 };
  readonly #unchecked: Record<string, number> = {};
  /** Calls for one object each; and those for several, whose rows share one. */
  #singles = 0;
  readonly #packs = new Set<string>();
  #lookAt: number | null = null;

  constructor(options: LookForecastOptions) {
    this.#options = options;
  }

  async plan(rows: readonly AskedRow[]): Promise<LostPlan[]> {
    const { ledger } = this.#options;
    const [lost, waits] = [await ledger.lostCalls(rows), await ledger.waitsUntried(rows)];
    const plans: LostPlan[] = [];
    for (const [nth, calls] of lost.entries())
      plans.push(waits[nth] ? this.#untried() : await this.#row(calls));
    return plans;
  }

  forecast(): LostForecast {
    const chats = [...this.#chats.values()].map(amountOf);
    const minutes = chats.map(({ calls, perMinute }) => calls / perMinute);
    return {
      calls: this.#singles + this.#packs.size,
      look: this.#rows.look,
      messages: chats.reduce((sum, { messages }) => sum + messages, 0),
      lookCalls: chats.reduce((sum, { calls }) => sum + calls, 0),
      etaSeconds: Math.ceil(Math.max(0, ...minutes) * 60),
      later: this.#rows.later,
      lookAt: this.#lookAt,
      sent: this.#rows.absent,
      unchecked: { ...this.#unchecked },
    };
  }

  /** Its message is there: its id is tried, and whatever else was lost for it, it is not sent unless that serves nothing. */
  #untried(): LostPlan {
    this.#rows.look += 1;
    return { is: "look" };
  }

  async #row(calls: readonly LostCall[]): Promise<LostPlan> {
    const { bots, patience, clock } = this.#options;
    const facts = { bots, patience, now: clock.wall() };
    const known = calls.map((call) => ({ call, verdict: knownOf(call, facts) ?? this.#closed(call) }));
    const asked = known.filter(({ verdict }) => verdict === null);
    for (const { call } of asked) await this.#ask(call);
    for (const { bot, pack } of calls)
      if (pack) this.#packs.add(`${bot} ${pack.id}`);
      else this.#singles += 1;
    const plan = planOf(known.map(({ verdict }) => verdict));
    if (plan.is === "unchecked") this.#unchecked[plan.why] = (this.#unchecked[plan.why] ?? 0) + 1;
    else this.#rows[plan.is] += 1;
    if (plan.is === "later") this.#lookAt = Math.max(this.#lookAt ?? 0, plan.at);
    return plan;
  }

  /** Why it is not looked for: no lane is open in its chat. */
  #closed({ bot, chatId }: LostCall): LostPlan | null {
    const isOpen = chatId !== null && this.#options.paceIn(bot, chatId) !== null;
    return isOpen ? null : { is: "unchecked", why: NO_CHAT };
  }

  async #ask({ bot, chatId, ...call }: LostCall): Promise<void> {
    const { ledger, clock, patience } = this.#options;
    if (chatId === null) return;
    const settled = Math.min(settledAt(call, patience), clock.wall());
    const { attempt, lastBegun, startedAt } = call;
    const around = { bot, chatId, attempt, lastBegun, startedAt, settledAt: settled };
    const neighbours = await ledger.neighbours(around);
    const chat = this.#chatOf(bot, chatId);
    const known = call.pack?.messageId ?? null;
    const isKnown = known !== null;
    const { ids } = candidatesFor(known, around, neighbours);
    for (const id of ids) chat.ids.add(id);
    chat.isBlank ||= !isKnown && neighbours.length === 0;
    chat.needsMark ||= !isKnown && !neighbours.some((each) => isLater(each, around));
  }

  #chatOf(bot: string, chatId: string): ChatCount {
    const name = `${bot}|${chatId}`;
    const perMinute = this.#options.paceIn(bot, chatId) ?? Number.POSITIVE_INFINITY;
    const chat = this.#chats.get(name) ?? { perMinute, ids: new Set(), isBlank: false, needsMark: false };
    this.#chats.set(name, chat);
    return chat;
  }
}

function amountOf({ ids, isBlank, needsMark, perMinute }: ChatCount) {
  const messages = ids.size + (isBlank ? MOST : 0);
  return { messages, calls: messages * CALLS + (needsMark ? MARK_CALLS : 0), perMinute };
}

/** What is done about a row by what is known of its calls; null for one that is asked for. */
function planOf(verdicts: readonly (LostPlan | ReturnType<typeof knownOf>)[]): LostPlan {
  const known = verdicts.flatMap((each) => (each === null || each.is === "look" ? [] : [each]));
  const verdict = rowVerdict(known);
  if (verdict.is === "later") return verdict;
  if (known.length < verdicts.length || verdict.is === "found" || verdict.is === "open")
    return { is: "look" };
  return verdict;
}
