import { LIMITS } from "../domain/limits.ts";
import { ceilingsOf, concurrencyFor } from "../lanes/ceilings.ts";
import { expectedPace } from "../lanes/documented-pace.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { LedgerView } from "../ledgers/view.ts";
import { carriedBy } from "../pipeline/packs/outlook.ts";
import { trustOf } from "../pipeline/packs/trust.ts";
import { packWords } from "../pipeline/packs/words.ts";
import type { Check } from "./check.ts";
import type { CheckContext, CheckedLane } from "./context.ts";
import { pass, setStep, skipped, warn } from "./report.ts";

/** Media a minute that users of older tools expect. */
const EXPECTED_PER_MIN = 100;

/** What the open lanes and the concurrency of this configuration allow, in media a minute. */
export interface Ceiling {
  readonly lanes: number;
  readonly perMin: number;
  /** What so many transfers at once could do if Telegram allowed it. */
  readonly byConcurrency: number;
  /** Transfers at once that keep all lanes busy. */
  readonly enough: number;
}

/** Open lanes at the pace that is set or was learned, under the pace of each bot. */
export async function ceilingOf(context: CheckContext): Promise<Ceiling> {
  const { draft } = context.config;
  const lanes = (await context.lanes()).filter(({ result }) => result.ok);
  const memories = memoriesOf(context);
  const measured = viewOf(context)?.measured ?? { transferMs: null, bytesPerSecond: null };
  const limits = {
    concurrency: draft.concurrency,
    measured,
    lanes: lanes.map((lane) => ({
      bot: lane.bot,
      perMinute: paceOf(context, lane, memories),
      inCall: carriedIn(context, lane),
    })),
    botPerMinute: new Map(
      draft.botPace === null ? [] : context.bots.map(({ bot }) => [bot.slug, draft.botPace ?? 0]),
    ),
  };
  const { lanes: perMin, concurrency: byConcurrency } = ceilingsOf(limits, 0);
  return { lanes: lanes.length, perMin, byConcurrency, enough: concurrencyFor(perMin, limits) };
}

function paceOf(context: CheckContext, { bot, result }: CheckedLane, memories: LedgerView["lanes"]): number {
  if (!result.ok) return 0;
  const { id, type } = result.value;
  const memory = memories.find((each) => each.bot === bot && each.chat === id);
  return expectedPace(context.config.draft.pace, type, memory?.pace ?? null);
}

/** Objects that a call of this lane carries, by what is proved. */
function carriedIn(context: CheckContext, { bot, result }: CheckedLane): number {
  if (!result.ok) return 1;
  const { id: chat, type } = result.value;
  const trust = trustOf(viewOf(context)?.proofs ?? [], { bot, chat, type }, context.now());
  return carriedBy(context.config.draft.pack, trust);
}

function memoriesOf(context: CheckContext): LedgerView["lanes"] {
  return viewOf(context)?.lanes ?? [];
}

function viewOf(context: CheckContext): LedgerView | null {
  try {
    return context.ledger();
  } catch (error) {
    if (error instanceof LedgerError) return null;
    throw error;
  }
}

/** How many channels of 20/min it takes to `perMin`, beyond those that are there. */
function moreChannels({ perMin }: Ceiling): number {
  return Math.ceil((EXPECTED_PER_MIN - perMin) / LIMITS.pace.groupPerMinute);
}

/** How to get to the pace that is expected, in a sentence. */
function faster(ceiling: Ceiling): string {
  const count = moreChannels(ceiling);
  return `for ${EXPECTED_PER_MIN}/min: Telegram -> New Channel (${count} more, your bot as administrator), their ids into WARMUP_CHAT_ID`;
}

/** Whether it is what users of older tools expect. */
export function isFastEnough({ perMin }: Ceiling): boolean {
  return perMin >= EXPECTED_PER_MIN;
}

const ceiling: Check = {
  id: "pace-ceiling",
  group: "pace",
  title: "ceiling",
  why: "Telegram limits each bot in each chat; more transfers at once do not change that, more chats do.",
  needs: ["telegram-reach"],
  run: async (context) => {
    const it = await ceilingOf(context);
    if (it.lanes === 0) return [skipped("no open lane")];
    const lanes = it.lanes === 1 ? "1 lane" : `${it.lanes} lanes`;
    const text = `${Math.round(it.perMin)}/min by ${lanes}; concurrency ${context.config.draft.concurrency} alone could do about ${Math.round(it.byConcurrency)}`;
    return [pass(text, isFastEnough(it) ? {} : { next: faster(it) })];
  },
};

const concurrency: Check = {
  id: "pace-concurrency",
  group: "pace",
  title: "concurrency",
  why: "With too few transfers at once the lanes wait for downloads instead of for Telegram.",
  needs: ["telegram-reach"],
  run: async (context) => {
    const it = await ceilingOf(context);
    const { concurrency: now } = context.config.draft;
    if (it.lanes === 0) return [skipped("no open lane")];
    if (it.byConcurrency >= it.perMin)
      return [pass(`${now} keeps ${it.lanes === 1 ? "the lane" : "all lanes"} busy`)];
    const given = context.config.values.find(({ name }) => name === "MEDIA_PREWARM_CONCURRENCY")?.given[0];
    const text = `${now} can do about ${Math.round(it.byConcurrency)}/min, the lanes ${Math.round(it.perMin)}/min`;
    return [warn(text, setStep(given?.origin, "MEDIA_PREWARM_CONCURRENCY", String(Math.max(5, it.enough))))];
  },
};

const frozen: Check = {
  id: "pace-frozen",
  group: "pace",
  title: "flood waits",
  why: "A lane that Telegram told to wait is not called before that time, also after a restart.",
  applies: (context) => memoriesOf(context).some(({ frozenUntil }) => frozenUntil > context.now()),
  run: (context) =>
    memoriesOf(context)
      .filter(({ frozenUntil }) => frozenUntil > context.now())
      .map(({ bot, chat, frozenUntil }) =>
        warn(
          `${bot} x ${chat} waits until ${new Date(frozenUntil).toISOString().slice(0, 19).replace("T", " ")} UTC`,
          "nothing to do: it goes on by itself; other chats go on meanwhile",
          { subject: `${bot} x ${chat}` },
        ),
      ),
};

const packs: Check = {
  id: "pace-packs",
  group: "pace",
  title: "packs",
  why: "Where a chat counts messages and not media, several media in one message are many times as fast.",
  needs: ["telegram-reach"],
  run: async (context) => {
    const lanes = (await context.lanes()).flatMap(({ bot, result }) =>
      result.ok ? [{ bot, ...result.value }] : [],
    );
    if (lanes.length === 0) return [skipped("no open lane")];
    const proofs = viewOf(context)?.proofs ?? [];
    const words = lanes.map(({ bot, id: chat, type }) => {
      const trust = trustOf(proofs, { bot, chat, type }, context.now());
      return { lane: `${bot} x ${chat}`, text: packWords(context.config.draft.pack, trust) };
    });
    return [...new Set(words.map(({ text }) => text))].map((text) => {
      const alike = words.filter((each) => each.text === text).map(({ lane }) => lane);
      return pass(text, { subject: alike.length === lanes.length ? undefined : alike.join(", ") });
    });
  },
};

export const PACE: readonly Check[] = [ceiling, concurrency, frozen, packs];
