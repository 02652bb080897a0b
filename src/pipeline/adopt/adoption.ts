import pLimit from "p-limit";
import type { AdoptWay } from "../../domain/adopt-way.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import type { RunBots } from "../../domain/run-bots.ts";
import { TakenElsewhere } from "../../domain/shared-work.ts";
import type { Task } from "../../domain/task.ts";
import type { LaneBoard } from "../../lanes/port.ts";
import type { PostedMessage } from "../../ledgers/adopt-port.ts";
import type { Ledger } from "../../ledgers/port.ts";
import { asTheyCome } from "../as-they-come.ts";
import { lateItems } from "../late-items.ts";
import { decideAll, type Planned, type PlanRules } from "../plan.ts";
import { type AdoptEnd, takenItem } from "./adopted.ts";
import type { Adoptables } from "./calls.ts";
import type { AdoptChats } from "./chats.ts";
import { OneAdoption } from "./one.ts";
import { PackAdoption, type PackIds } from "./pack.ts";

export interface AdoptionOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly lanes: LaneBoard;
  readonly chats: AdoptChats;
  /** Slug of the bot whose messages are adopted. */
  readonly from: string;
  readonly runBots: RunBots;
  /** Rules for other keys of content that was adopted: those of a plain run. */
  readonly judge: PlanRules;
  /** The settings of this run for an entry, as an attempt writes them down. */
  readonly settings: PlanRules["settings"];
  readonly packIds: PackIds;
  /** Rows at most; the rest is handed on. */
  readonly limit: number;
  readonly draining: AbortSignal;
  readonly aborting: AbortSignal;
  /** Numbers from 0 to below 1. */
  readonly random: () => number;
}

/** A task whose content another bot has posted where its own bot can ask for it. */
export interface Adoptable {
  readonly task: Task;
  readonly posted: PostedMessage;
  readonly way: AdoptWay;
}

/** Rows that are waited for at once in one chat; its lane gives them permits one by one. */
const AT_ONCE = 4;

/** Gets bots ids of their own by the messages of another bot, without a byte and without a message that stays. */
export class Adoption {
  readonly #options: AdoptionOptions;
  readonly #underWay = new Set<Promise<void>>();
  readonly #counts = { edit: 0, forward: 0 };
  #left: number;

  constructor(options: AdoptionOptions) {
    this.#options = options;
    this.#left = options.limit;
  }

  /** Slug of the bot whose messages are adopted. */
  get from(): string {
    return this.#options.from;
  }

  /** Parts what can be adopted from all else. Throws LedgerError. */
  async part(page: readonly Planned[]): Promise<{ readonly adopt: Adoptable[]; readonly rest: Planned[] }> {
    const { ledger, chats, from } = this.#options;
    const tasks = page.flatMap((planned) => (mayBeAdopted(planned, from) ? [planned.task] : []));
    const posted = tasks.length === 0 ? [] : await ledger.posted(from, tasks);
    const adopt = new Map<Task, Adoptable>();
    for (const [at, task] of tasks.entries()) {
      const message = posted[at];
      const way = message ? await chats.wayTo(task.bot, message) : null;
      if (message && way) adopt.set(task, { task, posted: message, way });
    }
    const rest = page.filter((planned) => planned.type !== "task" || !adopt.has(planned.task));
    return { adopt: [...adopt.values()], rest };
  }

  /**
   * Yields what becomes of a page, as soon as that is known: first what cannot be adopted, as it is; then the end of what was, and itself what is
   * to be warmed all the same. Throws LedgerError.
   */
  async *resolve(page: readonly Planned[]): AsyncGenerator<Planned[]> {
    const { clock, events, draining } = this.#options;
    const { adopt, rest } = await this.part(page);
    yield rest;
    if (adopt.length === 0) return;
    const work = (tell: (made: readonly Planned[]) => void) => this.#tracked(this.#adoptAll(adopt, tell));
    yield* asTheyCome(work, clock, lateItems(events, draining));
  }

  /** Resolves when nothing is adopted any more; never rejects. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  /** Tells how many were adopted, if any. */
  tellEnd(): void {
    const { events, from } = this.#options;
    const { edit, forward } = this.#counts;
    if (edit + forward === 0) return;
    const text = `adopted from ${from}: ${edit} by an edit, ${forward} by a forward, without a byte`;
    events.emit("notice", { level: "info", text });
  }

  #tracked(work: Promise<void>): Promise<void> {
    const ended = work.finally(() => this.#underWay.delete(ended));
    this.#underWay.add(ended);
    return ended;
  }

  async #adoptAll(adoptables: readonly Adoptable[], tell: (made: readonly Planned[]) => void): Promise<void> {
    const rows = rowsOf(adoptables);
    const places = new Map<string, ReturnType<typeof pLimit>>();
    // What is beyond the limit comes last, since those before it may have to be warmed.
    const beyond = rows.splice(this.#left);
    const work = messagesOf(rows).map((message) => {
      const [[{ task, posted }]] = message;
      const place = `${task.bot}|${posted.chatId}`;
      const limit = places.get(place) ?? pLimit(AT_ONCE);
      places.set(place, limit);
      return limit(() => this.#adoptRows(message, tell));
    });
    const ended = await Promise.allSettled(work);
    for (const each of ended) if (each.status === "rejected") throw each.reason;
    tell(beyond.flatMap(handedOn));
  }

  /** The rows of one message, by the way that there is by now: the chat may have refused another one since they were read. */
  async #adoptRows(rows: MessageRows, tell: (made: readonly Planned[]) => void): Promise<void> {
    const { chats, draining } = this.#options;
    if (draining.aborted) return;
    const [[asRead], ...others] = rows;
    const way = await chats.wayTo(asRead.task.bot, asRead.posted);
    if (way === null) return tell(rows.flatMap(handedOn));
    const first = { ...asRead, way };
    const ended = await this.#adopted([first, ...others.map(([each]) => each)]);
    for (const [nth, row] of rows.entries()) await this.#end(row, ended[nth] ?? null, tell);
  }

  /** What became of the rows of a message. One that another process is sending is left to that; the others are to be warmed then. */
  async #adopted(rows: Adoptables): Promise<readonly (AdoptEnd | null)[]> {
    try {
      if (rows[0].posted.inPack) return await new PackAdoption(this.#options).adopt(rows);
      return [await new OneAdoption(this.#options).adopt(rows[0])];
    } catch (error) {
      if (!(error instanceof TakenElsewhere)) throw error;
      const now = this.#options.clock.now();
      return rows.map((row, nth) => (nth === error.nth ? takenItem(row, now) : null));
    }
  }

  /** One row, which may be that of several keys. */
  async #end(row: Row, ended: AdoptEnd | null, tell: (made: readonly Planned[]) => void): Promise<void> {
    const { judge } = this.#options;
    const [, ...others] = row.map(({ task }) => task);
    if (ended === null) return tell(handedOn(row));
    this.#left -= 1;
    if (ended.way !== null) this.#counts[ended.way] += 1;
    tell([{ type: "item", item: ended.item, counts: true }, ...(await decideAll(others, judge))]);
  }
}

/** A row, once for each of its keys; and the rows of one message, of which all but those of several media have one. */
type Row = readonly [Adoptable, ...Adoptable[]];
type MessageRows = readonly [Row, ...Row[]];

function messagesOf(rows: readonly Row[]): MessageRows[] {
  const messages = new Map<string, [Row, ...Row[]]>();
  for (const [nth, row] of rows.entries()) {
    const [{ task, posted }] = row;
    const message = `${task.bot}|${posted.chatId}|${posted.messageId}`;
    const name = posted.inPack ? message : String(nth);
    const others = messages.get(name);
    if (others) others.push(row);
    else messages.set(name, [row]);
  }
  return [...messages.values()];
}

function handedOn(row: readonly Adoptable[]): Planned[] {
  return row.map(({ task }) => ({ type: "task", task }));
}

/** What has to be read before it is known what it is may be something else. */
function mayBeAdopted(planned: Planned, from: string): planned is Extract<Planned, { type: "task" }> {
  return planned.type === "task" && planned.task.bot !== from && planned.task.read === undefined;
}

function rowsOf(adoptables: readonly Adoptable[]): Row[] {
  const rows = new Map<string, [Adoptable, ...Adoptable[]]>();
  for (const each of adoptables) {
    const { bot, kind, content } = each.task;
    const name = `${bot}|${kind}|${content}`;
    const row = rows.get(name);
    if (row) row.push(each);
    else rows.set(name, [each]);
  }
  return [...rows.values()];
}
