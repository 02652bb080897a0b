import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { LedgerError } from "../error.ts";
import type { Ledger, Selected } from "../port.ts";
import type { SqliteLedgerOptions } from "../sqlite.ts";
import type { FailedCall, LedgerMethod, LedgerReply, LedgerRequest, RequestBatch } from "./messages.ts";

interface PendingCall {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** What the thread runs, as built. */
const THREAD = new URL("./main.js", import.meta.url);

/**
 * Opens the ledger in a SQLite file as `openSqliteLedger` does, in a thread of its own: a commit that waits for the
 * disk holds up no socket, and what arrives meanwhile shares the next commit. Every promise keeps its meaning: it settles
 * after the commit that holds its work, and a lookup sees all writes whose promise has settled. Where there is no built
 * file of the thread (run from the sources, bundled into another program) the ledger is opened in this thread.
 * Throws LedgerError as `openSqliteLedger` does; if the thread ends by itself, so does all that is asked of it.
 */
export async function openThreadLedger(options: SqliteLedgerOptions, file = THREAD): Promise<Ledger> {
  if (!existsSync(file)) return (await import("../sqlite.ts")).openSqliteLedger(options);
  const calls = new ThreadCalls(options, file);
  try {
    const caution = (await calls.ask("opened", [])) as Ledger["caution"];
    return ledgerOver(calls, options.shownAs ?? options.path, caution);
  } catch (error) {
    await calls.end();
    throw error;
  }
}

function ledgerOver(calls: ThreadCalls, place: string, caution: Ledger["caution"]): Ledger {
  const ask = askerOf(calls);
  let closing: Promise<void> | null = null;
  return {
    place,
    caution,
    checkWorld: ask("checkWorld"),
    identify: ask("identify"),
    recover: ask("recover"),
    lookup: ask("lookup"),
    idsOf: ask("idsOf"),
    select: (...input) => pages(calls, input),
    begin: ask("begin"),
    beginRead: ask("beginRead"),
    confirm: ask("confirm"),
    retry: ask("retry"),
    fail: ask("fail"),
    doubt: ask("doubt"),
    ...messagesOver(ask),
    ...packsOver(ask),
    note: ask("note"),
    point: ask("point"),
    enqueue: ask("enqueue"),
    queued: ask("queued"),
    dequeue: ask("dequeue"),
    rowsOf: ask("rowsOf"),
    countBad: ask("countBad"),
    warming: ask("warming"),
    refuse: ask("refuse"),
    lanes: ask("lanes"),
    keepLane: ask("keepLane"),
    freezeLane: ask("freezeLane"),
    measures: ask("measures"),
    keepMeasures: ask("keepMeasures"),
    keepLaneStates: ask("keepLaneStates"),
    chatTypes: ask("chatTypes"),
    announce: ask("announce"),
    close: () => {
      closing ??= calls.ask("close", []).finally(() => calls.end()) as Promise<void>;
      return closing;
    },
  };
}

type Ask = ReturnType<typeof askerOf>;

function askerOf(calls: ThreadCalls) {
  return <N extends LedgerMethod>(method: N) =>
    (...input: Parameters<NonNullable<Ledger[N]>>) =>
      calls.ask(method, input) as ReturnType<NonNullable<Ledger[N]>>;
}

/** What is asked of messages that were posted, and of ids that others report. */
function messagesOver(ask: Ask) {
  return {
    lostCalls: ask("lostCalls"),
    waitsUntried: ask("waitsUntried"),
    neighbours: ask("neighbours"),
    lastPosts: ask("lastPosts"),
    confirmLost: ask("confirmLost"),
    holdLost: ask("holdLost"),
    closeLost: ask("closeLost"),
    beginLook: ask("beginLook"),
    copied: ask("copied"),
    endLook: ask("endLook"),
    leftLooks: ask("leftLooks"),
    isServed: ask("isServed"),
    learn: ask("learn"),
    markDead: ask("markDead"),
    posted: ask("posted"),
    posters: ask("posters"),
    forget: ask("forget"),
  } satisfies Partial<Ledger>;
}

/** What is asked of packs. */
function packsOver(ask: Ask) {
  return {
    beginAll: ask("beginAll"),
    beginAllRead: ask("beginAllRead"),
    holdUnproved: ask("holdUnproved"),
    discard: ask("discard"),
    leaveUnproved: ask("leaveUnproved"),
    unproved: ask("unproved"),
    beginCanary: ask("beginCanary"),
    endCanary: ask("endCanary"),
    leftCanaries: ask("leftCanaries"),
    beginProbe: ask("beginProbe"),
    lostProbes: ask("lostProbes"),
    proofs: ask("proofs"),
    keepProof: ask("keepProof"),
  } satisfies Partial<Ledger>;
}

async function* pages(calls: ThreadCalls, input: Parameters<Ledger["select"]>): AsyncGenerator<Selected[]> {
  const selection = calls.next();
  await calls.ask("select", input);
  try {
    for (;;) {
      const page = (await calls.ask("nextPage", [selection])) as IteratorResult<Selected[]>;
      if (page.done) return;
      yield page.value;
    }
  } finally {
    await calls.ask("endSelect", [selection]);
  }
}

/** Questions to the thread, and their answers. */
class ThreadCalls {
  readonly #worker: Worker;
  readonly #place: string;
  readonly #now: () => number;
  readonly #pending = new Map<number, PendingCall>();
  #requests: LedgerRequest[] = [];
  /** What was sent last is not answered yet. */
  #isBusy = false;
  #last = 0;
  #gone: LedgerError | null = null;

  constructor({ now = Date.now, ...options }: SqliteLedgerOptions, file: URL) {
    this.#place = options.shownAs ?? options.path;
    this.#now = now;
    this.#worker = new Worker(file, {
      workerData: { ...options, opened: now() },
      execArgv: [],
      name: "ledger",
    });
    this.#worker.on("message", (replies: readonly LedgerReply[]) => this.#hear(replies));
    this.#worker.on("error", (error) => this.#lose(error instanceof Error ? error.message : String(error)));
    this.#worker.on("exit", () => this.#lose("its thread has ended"));
  }

  /** The number of the request that {@link ask} makes next. */
  next(): number {
    return this.#last + 1;
  }

  ask(method: LedgerRequest["method"], input: readonly unknown[]): Promise<unknown> {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(this.#gone);
      this.#pending.set(id, { resolve, reject });
      if (this.#requests.length === 0 && !this.#isBusy) setImmediate(() => this.#send());
      this.#requests.push({ id, method, input });
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  /**
   * What was asked while the thread was at work goes over before the answers are looked at, so that it is at work again while this thread
   * does what they lead to.
   */
  #hear(replies: readonly LedgerReply[]): void {
    this.#isBusy = false;
    this.#send();
    for (const reply of replies) this.#settle(reply);
  }

  /** All that was asked meanwhile goes over in one message. */
  #send(): void {
    const requests = this.#requests;
    if (requests.length === 0) return;
    this.#requests = [];
    this.#isBusy = true;
    const batch: RequestBatch = { at: this.#now(), requests };
    this.#worker.postMessage(batch);
  }

  #settle(reply: LedgerReply): void {
    const call = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if ("failed" in reply) call?.reject(errorOf(reply.failed));
    else call?.resolve(reply.value as never);
  }

  #lose(why: string): void {
    this.#gone ??= new LedgerError(`${this.#place} is closed: ${why}`, 1);
    for (const { reject } of this.#pending.values()) reject(this.#gone);
    this.#pending.clear();
  }
}

function errorOf({ message, ledger, stack }: FailedCall): Error {
  const error = ledger ? new LedgerError(message, ledger.exitCode, ledger) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
