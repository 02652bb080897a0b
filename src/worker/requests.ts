import { type Adviser, retryWords } from "../domain/advice.ts";
import type { Bell } from "../domain/bell.ts";
import { SELECTIONS, type Selection } from "../domain/choices.ts";
import type { Clock } from "../domain/clock.ts";
import type { Entry } from "../domain/entry.ts";
import { nextStep, PASSING_CLASSES } from "../domain/failure.ts";
import type { ItemResult } from "../domain/outcome.ts";
import { SKIP_REASONS } from "../domain/skip-reasons.ts";
import { hashKept } from "../domain/stated.ts";
import type { Ledger, RowOfKey, Selected } from "../ledgers/port.ts";
import { type Planned, type PlanRules, planPage } from "../pipeline/plan.ts";

/** Something that was asked for and will not be tried, and what to do about it. */
export interface PassedOver {
  readonly key: string;
  /** What it is: `ready`, `weak`, `unknown`, `failed`, `waiting`, or `skipped` for what is no work. */
  readonly status: string;
  /** Why; null where there is nothing to say. */
  readonly reason: string | null;
  readonly next: string;
}

/** What became of a request by name. */
export interface TakenIn {
  readonly accepted: number;
  /** Asked for before, and waiting. */
  readonly duplicates: number;
  readonly passedOver: readonly PassedOver[];
}

/** What became of a request to try again. */
export interface TakenAgain extends TakenIn {
  /** Keys that the ledger has no row of. */
  readonly notFound: readonly string[];
}

export interface RequestsOptions {
  readonly clock: Clock;
  readonly ledger: Ledger;
  /** As entries that were enqueued are planned by. */
  readonly rules: PlanRules;
  /** Whether R2 can be asked about an object. */
  readonly canAsk: () => boolean;
  /** Rung when something waits. */
  readonly asked: Bell;
}

/** More entries than this in one request are not asked for at R2 before it is answered. */
const MOST_ASKED = 100;
/** Milliseconds of the engine's clock that R2 has for that. */
const ASKED_MS = 3_000;

const API: Adviser = "api";
const WAITS = "nothing to do: it waits, or is under way";

/** The desk's hands: takes what is asked for by name into the ledger, and says what of it will not be tried. */
export class Requests {
  readonly #options: RequestsOptions;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** Durable when it resolves. What would only be found ready, or left alone, is not queued. Throws LedgerError. */
  async enqueue(entries: readonly Entry[]): Promise<TakenIn> {
    const passedOver = await this.#passedOver(entries);
    const taken = await this.#queue(entries.filter((_, at) => !passedOver.has(at)));
    return { ...taken, passedOver: [...passedOver.values()] };
  }

  /** Tries all rows of these bots in this state again. Durable when it resolves. Throws LedgerError. */
  async retryState(state: Selection, bots = this.#options.rules.bots): Promise<TakenAgain> {
    const { ledger } = this.#options;
    let [accepted, duplicates] = [0, 0];
    for await (const page of ledger.select([state], { bots })) {
      const taken = await this.#queue(page.map(again));
      accepted += taken.accepted;
      duplicates += taken.duplicates;
    }
    return { accepted, duplicates, passedOver: [], notFound: [] };
  }

  /** Tries the rows of these keys again that failed, are unknown or weak. Durable when it resolves. Throws LedgerError. */
  async retryKeys(keys: readonly string[], bots = this.#options.rules.bots): Promise<TakenAgain> {
    const rows = await this.#options.ledger.rowsOf(keys, bots);
    const wrong = rows.filter(({ state }) => SELECTIONS.some((each) => each === state));
    const [taken, known] = [keysOf(wrong), keysOf(rows)];
    const fine = rows.filter(({ entry: { key } }, at) => !taken.has(key) && firstOf(rows, key) === at);
    return {
      ...(await this.#queue(wrong.map(again))),
      passedOver: fine.map(asFine),
      notFound: [...new Set(keys)].filter((key) => !known.has(key)),
    };
  }

  async #queue(entries: readonly Entry[]): Promise<{ accepted: number; duplicates: number }> {
    const taken = await this.#options.ledger.enqueue(entries);
    this.#options.asked.ring();
    return taken;
  }

  /** Those of the entries, by their place, that would come to nothing. */
  async #passedOver(entries: readonly Entry[]): Promise<Map<number, PassedOver>> {
    const planned = await this.#planned(entries);
    const places = planned.flatMap((ends, at) => {
      const first = endedOf(ends);
      return first ? [[at, first] as const] : [];
    });
    return new Map(places);
  }

  /** What is planned for each entry; nothing for those of which R2 does not say in time. */
  async #planned(entries: readonly Entry[]): Promise<readonly (readonly Planned[])[]> {
    const { clock, rules, canAsk } = this.#options;
    if (entries.length > MOST_ASKED || !canAsk()) return [];
    const known = new AbortController();
    const late = clock.sleep(ASKED_MS, known.signal).then(() => []);
    const all = entries.map((entry) => planPage([{ type: "entry", entry }], rules));
    const planned = await Promise.all(all.map((each) => Promise.race([each, late])));
    known.abort();
    return planned;
  }
}

function again({ bot, kind, entry }: Selected): Entry {
  return { ...hashKept(entry), bot, kind, again: true };
}

function keysOf(rows: readonly Selected[]): Set<string> {
  return new Set(rows.map(({ entry }) => entry.key));
}

function firstOf(rows: readonly Selected[], key: string): number {
  return rows.findIndex(({ entry }) => entry.key === key);
}

function asFine({ entry, state }: RowOfKey): PassedOver {
  const ready = { reason: "already_ready", next: SKIP_REASONS.already_ready };
  return { key: entry.key, status: state, ...(state === "ready" ? ready : { reason: null, next: WAITS }) };
}

/** What is said of an entry of which nothing will be tried; null where something will be, or has to be written down. */
function endedOf(planned: readonly Planned[]): PassedOver | null {
  const ends = planned.flatMap((each) => (each.type === "item" && !each.point ? each.item : []));
  const told = ends.find(({ left }) => left) ?? ends[0];
  if (!told || ends.length < planned.length || ends.some(comesBack)) return null;
  return saidOf(told);
}

/** It ends otherwise later, or its end is news that belongs into the log. */
function comesBack({ status, left, error }: ItemResult): boolean {
  if (status === "skipped") return false;
  return !left || error === null || (status === "failed" && PASSING_CLASSES.includes(error.class));
}

function saidOf({ key, status, error, reason, fileId }: ItemResult): PassedOver {
  const about = { key: key ?? "", reason: error?.reason ?? reason };
  if (error && status === "unknown") return { ...about, status, next: nextStep(error.reason, API) };
  if (error)
    return {
      ...about,
      status,
      next: `${nextStep(error.reason, API)}; ${retryWords("api", "failed")} tries it once more`,
    };
  if (reason === "weak_kept")
    return {
      ...about,
      status: "weak",
      next: `its id is weak but usable; ${retryWords("api", "weak")} asks for a better one`,
    };
  const known = Object.entries(SKIP_REASONS).find(([name]) => name === reason)?.[1];
  return { ...about, status: fileId === null ? "skipped" : "ready", next: known ?? WAITS };
}
