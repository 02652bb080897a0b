import type { Failure } from "../../../src/domain/failure.ts";
import type { PackRule } from "../../../src/domain/pack-rule.ts";
import type { Proof } from "../../../src/domain/proof.ts";
import type { Task } from "../../../src/domain/task.ts";
import { FixedPace } from "../../../src/lanes/pace.ts";
import type { Permit } from "../../../src/lanes/port.ts";
import type { Ledger } from "../../../src/ledgers/port.ts";
import { Attempts } from "../../../src/pipeline/attempt.ts";
import { OwnAnswers } from "../../../src/pipeline/own-answers.ts";
import { nextErrand } from "../../../src/pipeline/packs/errands.ts";
import { PackAttempts } from "../../../src/pipeline/packs/pack-attempts.ts";
import { PackRunner } from "../../../src/pipeline/packs/pack-runner.ts";
import { Packs } from "../../../src/pipeline/packs/packs.ts";
import { Trials } from "../../../src/pipeline/packs/trials.ts";
import type { SentPack } from "../../../src/telegram/pack-port.ts";
import type { Bot } from "../../../src/telegram/port.ts";
import { type LineOptions, openLine } from "../line.ts";

export const BOT = "default";
const SHORT: Record<string, string> = {
  sendRichMessage: "pack",
  sendDocument: "send",
  deleteMessage: "delete",
};

/** What is answered in Telegram's place to a call with these objects; null where Telegram is to be asked. */
export type Answering = (
  keys: readonly string[],
  tags: readonly (string | null)[],
) => SentPack | Refusal | null;

export interface Refusal {
  readonly failure: Failure;
  /** Which medium is at fault; nobody says without it. */
  readonly medium?: number;
}

export interface PackLineOptions extends Pick<LineOptions, "faults"> {
  /** How many channels there are, -1, -2 and so on; 1 without it. */
  readonly chats?: number;
  readonly rule?: PackRule;
  /** What is proved of all chats, as `keeps 50`. */
  readonly proved?: readonly string[];
  readonly answering?: Answering;
  /** Stands between the line and its ledger. */
  readonly between?: (ledger: Ledger) => Ledger;
}

/** The line of a run with what sends several documents in one message, at a sandbox whose switches a test turns. */
export async function openPackLine(options: PackLineOptions = {}) {
  const { chats = 1, rule = { type: "up to", most: 50 }, proved = [], between, answering, ...more } = options;
  // A call each second, to the millisecond: a pace stays below what is allowed by a hundredth.
  const paces = Array.from({ length: chats }, () => new FixedPace(60 / 0.99));
  const line = await openLine({ paces, wire: (bot) => answeredBy(bot, answering), ...more });
  const { clock, events, stop, lanes, transfers } = line;
  const ledger = between?.(line.ledger) ?? line.ledger;
  const answers = new OwnAnswers();
  let tags = 0;
  const tag = () => `tag${String(++tags).padStart(7, "a")}`;
  const attempts = new Attempts({ ...line, ledger, answers, tag });
  const kept: Proof[] = [];
  const packs = new Packs({
    clock,
    events,
    rule,
    local: false,
    proofs: proved.map((text) => proofOf(text, clock.wall())),
    typeOf: () => ({ type: "channel" }),
    keep: (proof) => kept.push(proof),
  });
  const finished: string[] = [];
  const packAttempts = new PackAttempts({
    clock,
    events,
    ledger,
    transfers,
    attempts,
    stop,
    answers,
    useOf: (lane) => packs.useOf(lane),
  });
  const runner = new PackRunner({
    ...line,
    ledger,
    packs,
    answers,
    tag,
    attempts: packAttempts,
    finished: async ({ entry }) => void finished.push(entry.key),
  });
  const trials = new Trials({ clock, events, ledger, lanes, packs, answers, tag, draining: stop.draining });
  const permit = (ahead = Number.MAX_VALUE): Permit => {
    const taken = lanes.take(BOT, "document", clock.now(), ahead);
    if (!taken) throw new Error("no lane is free");
    return taken;
  };
  /** Lets time pass for as long as something takes. */
  async function through<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const end = work.finally(() => {
      isOver = true;
    });
    end.catch(() => {});
    while (!isOver) await line.live(100);
    return end;
  }
  /** Makes the call of one errand, once there is a lane for it. */
  async function errand(): Promise<void> {
    for (let waits = 0; waits < 4_000; waits++) {
      const next = nextErrand(runner.errands, lanes, clock.now(), 0);
      if (next) return through(next());
      await line.live(250);
    }
    throw new Error("no errand comes to its turn");
  }
  return {
    ...line,
    ledger,
    kept,
    packs,
    answers,
    attempts,
    packAttempts,
    runner,
    trials,
    finished,
    permit,
    through,
    /** The proofs that were kept, as `keeps 50`. */
    proofs: () => kept.map(({ what, result }) => `${what} ${result}`),
    /** Runs one pack of these on the first free lane; `more` says what else is to be said of each. */
    async send(keys: readonly string[], more: readonly Partial<Task>[] = []) {
      const tasks = keys.map((key, nth) => line.taskOf(key, more[nth]));
      const waited = { queue: 0, lane: 0 };
      const run = runner.run(
        tasks.map((task) => ({ task, read: undefined, waited })),
        permit(),
      );
      return through(run);
    },
    errand,
    /** Makes the calls that packs left to be made, one after another, until none is left. */
    async errands(): Promise<void> {
      for (let turns = 0; runner.errands.size > 0; turns++) {
        if (turns > 100) throw new Error("errands have no end");
        await errand();
      }
    },
    /** Keys that wait in the queue, with whether they go by themselves. */
    queued(): (readonly [string, boolean])[] {
      const found: (readonly [string, boolean])[] = [];
      for (let task = line.queue.shift(Number.MAX_VALUE); task; task = line.queue.shift(Number.MAX_VALUE))
        found.push([task.entry.key, task.alone === true]);
      return found;
    },
    /** Whether nobody sends its content. */
    isFree: (key: string) => {
      const other = line.taskOf(`another key than ${key}`);
      const isFree = line.inFlight.claim(other, line.taskOf(key).content);
      line.inFlight.release(other);
      return isFree;
    },
    /** Calls so far, each by what it did in short. */
    methods: () => line.server.calls().map(({ method }) => SHORT[method] ?? method),
    /** Numbers of messages that are there. */
    posted: () => line.server.truth().flatMap(({ deleted, message_id }) => (deleted ? [] : [message_id])),
    /** How messages that were to try ids ended. */
    canaries: () =>
      line
        .sql("select state from prewarm_attempts where purpose = 'canary' order by id")
        .map(({ state }) => state),
    /** How attempts of objects ended. */
    states: () =>
      line
        .sql("select state from prewarm_attempts where purpose is null order by id")
        .map(({ state }) => state),
    /** The least milliseconds between two calls. */
    leastGap: () => {
      const starts = line.server.calls().map(({ started }) => started);
      return Math.min(...starts.slice(1).map((at, nth) => at - (starts[nth] ?? 0)));
    },
  };
}

export type PackLine = Awaited<ReturnType<typeof openPackLine>>;

/** The bot, of which other packs are answered than Telegram would. */
function answeredBy(bot: Bot, answering: Answering = () => null): Bot {
  const sendPack: Bot["sendPack"] = async (request) => {
    const keys = request.media.map(({ media }) => (typeof media === "string" ? media : media.filename));
    const given = answering(
      keys,
      request.media.map(({ tag }) => tag),
    );
    if (given === null) return bot.sendPack(request);
    const times = { started: 0, bodyEnd: 0, ended: 0 };
    return "failure" in given
      ? { ok: false, failure: given.failure, times, medium: given.medium ?? null }
      : { ok: true, value: given, times, medium: null };
  };
  return new Proxy(bot, {
    get: (target, name) => (name === "sendPack" ? sendPack : Reflect.get(target, name)),
  });
}

/** A proof of the bot in all chats. */
function proofOf(text: string, at: number): Proof {
  const [what = "", result = ""] = text.split(" ");
  return { bot: BOT, scope: "*", what: what as Proof["what"], result, evidence: {}, at };
}
