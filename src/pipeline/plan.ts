import pLimit from "p-limit";
import type { Clock } from "../domain/clock.ts";
import { asMarker, type ContentId } from "../domain/content.ts";
import type { Entry, SourceItem } from "../domain/entry.ts";
import type { MediaKind } from "../domain/media.ts";
import type { ItemResult } from "../domain/outcome.ts";
import type { Patience } from "../domain/patience.ts";
import { type Shown, shownOtherwise } from "../domain/shown.ts";
import { withoutStatedHash } from "../domain/stated.ts";
import type { KnownEntry, Task } from "../domain/task.ts";
import type { Found, Ledger, NotedKey, Query } from "../ledgers/port.ts";
import type { SelectionTally, Source } from "../sources/port.ts";
import type { Storage } from "../storage/port.ts";
import { asItIs, type Completed, complete } from "./complete.ts";
import { type DecideRules, type Decision, decide } from "./decide.ts";
import { empty, leftAlone, notAsStated, passedOver, skipped, unknownBot, unreadable } from "./ended.ts";
import { EtagSizes } from "./etag-sizes.ts";
import { Leftovers } from "./leftovers.ts";
import { type Looked, lookUp } from "./look-up.ts";
import { verified } from "./verified.ts";

export interface PlanOptions extends PlanRules {
  readonly source: Source;
  /** Takes a sentence for people. */
  readonly tell?: ((text: string) => void) | undefined;
  /** Looks for the messages of lost calls before they are made again; without it they are planned as they are. */
  readonly lost?: LostTasks | undefined;
  /** Gets ids by messages of another bot before anything is sent; without it all is sent. */
  readonly adopt?: AdoptTasks | undefined;
}

/** What gets ids by messages of another bot. */
interface AdoptTasks {
  /** Yields what becomes of a page, as soon as it is known. Throws LedgerError. */
  resolve(page: readonly Planned[]): AsyncIterable<Planned[]>;
}

/** What looks for the messages of lost calls. */
export interface LostTasks {
  /** Yields what becomes of these tasks, as soon as it is known. Throws LedgerError. */
  resolve(tasks: readonly Task[]): AsyncIterable<Planned[]>;
}

/** What a plan needs whatever its source: the rules it decides by, and whom it asks. */
export interface PlanRules extends DecideRules {
  readonly ledger: Ledger;
  readonly storage: Storage;
  readonly clock: Clock;
  /** Slugs of the bots that warm an entry which names none. */
  readonly bots: readonly string[];
  /** Passes over entries of other kinds than the one asked for, and learns what the source held; without it all take part. */
  readonly selection?: SelectionTally | null | undefined;
  /** This kind for every entry. */
  readonly as?: MediaKind | undefined;
  /** With objects and pages that R2 does not answer for; in haste by default. */
  readonly patience?: Patience | undefined;
  /** What people are to see of an entry (see {@link Transfers.wanted}); not looked at without it. */
  readonly wanted?: ((entry: KnownEntry, kind: MediaKind, named: boolean) => Shown) | undefined;
  /** The settings of this run for an entry, as an attempt would write them down. */
  readonly settings: (entry: KnownEntry) => string;
}

/** What the plan makes of one entry for one bot: work, or an end. */
export type Planned =
  | { readonly type: "task"; readonly task: Task }
  /** `point`: what the ledger has to learn, that this key has known content. */
  | {
      readonly type: "item";
      readonly item: ItemResult;
      readonly point?: KnownContent;
      /** It was worked on, as a task is. */
      readonly counts?: true;
      /** A key that the ledger is to have a row of, although nothing is done about it. */
      readonly note?: NotedKey;
    };

/** An entry that is at its end. */
export type Ended = Extract<Planned, { type: "item" }>;

/** A key, and the content that it was found to have. */
export type KnownContent = Query & { readonly content: ContentId };

/** HEAD requests under way at once, for entries that need them. */
const HEADS = 16;

/**
 * Turns a source into work, page by page: completes entries, asks the ledger, decides by the state table. Throws SourceFailed,
 * at the end of a source also when the selection found nothing in it.
 */
export async function* plan(options: PlanOptions): AsyncGenerator<Planned[]> {
  const { adopt } = options;
  if (!adopt) yield* pagesOf(options);
  else for await (const page of pagesOf(options)) yield* adopt.resolve(page);
}

async function* pagesOf(options: PlanOptions): AsyncGenerator<Planned[]> {
  const across = { heads: pLimit(HEADS), etags: new EtagSizes() };
  const leftovers = new Leftovers();
  for await (const page of options.source) {
    const made = await planPage(page, options, across);
    leftovers.note(made);
    const { lost, rest } = options.lost ? partLost(made) : { lost: [], rest: made };
    yield rest;
    if (options.lost) yield* options.lost.resolve(lost);
  }
  if (leftovers.text) options.tell?.(leftovers.text);
  await options.selection?.ended();
}

/** The same for one page at hand. `across` is what the pages of one source share. */
export async function planPage(
  page: readonly SourceItem[],
  options: PlanRules,
  across = { heads: pLimit(HEADS), etags: new EtagSizes() },
): Promise<Planned[]> {
  const { heads, etags } = across;
  const made = page.map((item) => queriesOf(item, options, heads));
  // A listing says all that is asked, and a thousand promises a page cost as much as a statement.
  const asked = (made.every(isArray) ? made : await Promise.all(made)).flat();
  for (const each of asked) if (isQuery(each)) etags.note(each.entry);
  return decideAll(
    asked.map((each) => (isQuery(each) ? judged(each, etags) : each)),
    options,
  );
}

function judged(query: Query, etags: EtagSizes): Query {
  const entry = etags.judged(query.entry);
  return entry === query.entry ? query : { ...query, entry };
}

/** Asks the ledger about each query (a task is one) and decides; ends that were found on the way stay in their order. */
export async function decideAll(asked: readonly (Query | Ended)[], options: PlanRules): Promise<Planned[]> {
  const askedAt = options.clock.now();
  const found = await lookUp(options.ledger, asked.filter(isQuery), { again: options.force });
  let next = 0;
  const all = asked.flatMap((each) => {
    if (!isQuery(each)) return [each];
    const answer = found[next++];
    return answer ? planned(each, answer, options, askedAt) : [];
  });
  const judged = await verified(all, options, pLimit(HEADS));
  const notes = judged.flatMap((each) => (each.type === "item" && each.note ? [noteOf(each.note)] : []));
  if (notes.length > 0) await options.ledger.note(notes);
  return judged;
}

function noteOf(note: NotedKey): NotedKey {
  return { ...note, entry: withoutStatedHash(note.entry) };
}

function isQuery(value: Query | Ended): value is Query {
  return !("type" in value);
}

function planned(query: Query, found: Looked, rules: PlanRules, askedAt: number): Planned[] {
  const facts = { settings: rules.settings(query.entry), now: rules.clock.wall() };
  const decision = decide(found, rules, facts);
  switch (decision.do) {
    case "ignore":
      return [];
    case "warm":
      return [{ type: "task", task: taskOf(query, found, decision, askedAt) }];
    case "skip":
      return [skipped(query, found, decision.reason, shownAs(query, found, rules))];
    case "leave":
      return [leftAlone(query, found, decision.status)];
  }
}

/** What an id shows otherwise than it should; a key that others gave their content to is to have its own name. */
function shownAs({ entry, kind }: Query, { shown, keyKnown }: Found, { wanted }: PlanRules): Shown | null {
  return shown && wanted ? shownOtherwise(wanted(entry, kind, !keyKnown), shown) : null;
}

function taskOf(
  { entry, bot, kind }: Query,
  found: Looked,
  { replace, evenInDoubt, isLost }: Extract<Decision, { do: "warm" }>,
  askedAt: number,
): Task {
  return {
    entry: found.manySizes ? { ...entry, etag: asMarker(entry.etag) } : entry,
    bot,
    kind,
    replace,
    evenInDoubt,
    isLost,
    content: found.content,
    ...(found.read ? { read: found.read } : {}),
    queuedAt: askedAt,
    notBefore: 0,
    tries: 0,
    calls: 0,
  };
}

/** Parts what is to be looked for before it is sent again from all else. */
export function partLost(planned: readonly Planned[]): { readonly lost: Task[]; readonly rest: Planned[] } {
  const lost: Task[] = [];
  const rest: Planned[] = [];
  for (const each of planned) {
    if (each.type === "task" && each.task.isLost) lost.push(each.task);
    else rest.push(each);
  }
  return { lost, rest };
}

type ToDecide = readonly (Query | Ended)[];

function isArray(value: ToDecide | Promise<ToDecide>): value is ToDecide {
  return Array.isArray(value);
}

/** At once for what needs no HEAD. */
function queriesOf(
  item: SourceItem,
  options: PlanRules,
  heads: ReturnType<typeof pLimit>,
): ToDecide | Promise<ToDecide> {
  if (item.type === "skip") return [passedOver(item, options.as)];
  if (item.type === "bad") return [unreadable(item)];
  const bots = botsOf(item.entry, options.bots);
  if (bots === null) return [unknownBot(item, options.bots)];
  const { entry } = item;
  const sure = options.as ?? entry.kind;
  const takes = (kind: MediaKind) => options.selection?.takesKind(kind) ?? true;
  if (sure !== undefined && !takes(sure)) return [];
  const queries = (known: Completed): ToDecide => {
    if (!known.ok) return bots.map((bot) => notAsStated(entry, bot, known));
    const { kind } = known.value;
    if (sure === undefined && !takes(kind)) return [];
    if (known.value.entry.bytes === 0) return [empty(known.value.entry, kind)];
    return bots.map((bot) => ({ bot, kind, entry: known.value.entry }));
  };
  const known = asItIs(entry, options.as);
  return known ? queries(known) : heads(complete, entry, options).then(queries);
}

function botsOf(entry: Entry, bots: readonly string[]): readonly string[] | null {
  if (entry.bot === undefined) return bots;
  return bots.includes(entry.bot) ? [entry.bot] : null;
}
