import type { PackedCalls } from "../pack-port.ts";
import type { Ledger } from "../port.ts";
import type { ProbePosts } from "../probe-port.ts";
import { begin, doubt, fail, recover, refuse, retry } from "./attempts.ts";
import { beginAllRead, beginRead, beginUnderHash, idsOf } from "./begin-read.ts";
import { confirm, point } from "./confirm.ts";
import { readFacts } from "./facts.ts";
import { forget } from "./forget.ts";
import { checkWorld, identify } from "./identity.ts";
import { chatTypes, keepLaneStates } from "./lane-states.ts";
import { freezeLane, keepLane, lanes } from "./lanes.ts";
import { beginLook, copied, endLook, leftLooks } from "./looks.ts";
import { lookup } from "./lookup.ts";
import { closeLost, lostCalls, waitsUntried } from "./lost-calls.ts";
import { keepMeasures, measures } from "./measures.ts";
import { lastPosts, neighbours } from "./neighbours.ts";
import { note } from "./new-keys.ts";
import {
  beginAll,
  beginCanary,
  discard,
  doubtUnproved,
  endCanary,
  holdLost,
  holdUnproved,
  leftCanaries,
  unproved,
} from "./packs.ts";
import { posted, posters } from "./posted.ts";
import { beginProbe, lostProbes } from "./probes.ts";
import { keepProof, proofs } from "./proofs.ts";
import { dequeue, enqueue, queued } from "./queue.ts";
import { isServed, learn, markDead } from "./reported.ts";
import { countBad, rowsOf, select } from "./select.ts";
import type { Steps } from "./steps.ts";
import type { Store } from "./store.ts";
import { warming } from "./warming.ts";

/** A database, as a ledger uses it. */
export interface LedgerDatabase {
  /** What is doubtful about its place, with what to do. */
  readonly caution: string | null;
  /** Plays steps that change nothing. */
  read<T>(work: () => Steps<T>): Promise<T>;
  /** Plays steps as a whole and durably, or not at all; `work` may be called again after a try that was undone. */
  write<T>(work: () => Steps<T>): Promise<T>;
  /** As {@link Ledger.announce}. */
  announce(fields: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

/** The ledger in a database: each method is the steps of one file. */
export function ledgerIn(store: Store, { caution, read, write, announce, close }: LedgerDatabase): Ledger {
  const { place } = store;
  return {
    place,
    caution,
    checkWorld: (sandbox) => read(() => checkWorld(place, sandbox)),
    identify: (identity) => write(() => identify(place, identity)),
    recover: async () => (store.beside ? 0 : write(() => recover(store))),
    lookup: (page, again) => read(() => lookup(store, page, again)),
    idsOf: (asked) => read(() => idsOf(store, asked)),
    select: (what, cut) => select(read, what, cut),
    rowsOf: (keys, bots) => read(() => rowsOf(keys, bots)),
    countBad: (bots) => read(() => countBad(bots)),
    ...attemptsIn(store, write),
    lostCalls: (rows) => read(() => lostCalls(rows)),
    waitsUntried: (rows) => read(() => waitsUntried(rows)),
    neighbours: (around) => read(() => neighbours(around)),
    lastPosts: (bot, chat) => read(() => lastPosts(bot, chat)),
    confirmLost: (attempt, confirmation) =>
      write(() => confirm(store, attempt, confirmation, { lost: true })),
    holdLost: (attempt, confirmation) => write(() => holdLost(store, attempt, confirmation)),
    closeLost: (attempt, state) => write(() => closeLost(attempt, state)),
    beginLook: (look) => write(() => beginLook(store, look)),
    copied: (look, copyId) => write(() => copied(look, copyId)),
    endLook: (look) => write(() => endLook(store, look)),
    leftLooks: (bots) => read(() => leftLooks(bots)),
    ...packedCallsIn(store, { read, write }),
    note: (keys) => write(() => note(store, keys)),
    point: (key) => write(() => point(store, key)),
    posted: (bot, asked) => read(() => posted(bot, asked)),
    posters: () => read(posters),
    forget: (gone) => write(() => forget(store, gone)),
    learn: (learned) => write(() => learn(store, learned)),
    isServed: (id) => read(() => isServed(id)),
    markDead: (id) => write(() => markDead(store, id)),
    enqueue: (entries) => write(() => enqueue(store, entries)),
    queued: (after) => read(() => queued(after)),
    dequeue: (ids) => write(() => dequeue(ids)),
    warming: (bots) => read(() => warming(store, bots)),
    refuse: (work, failure) => write(() => refuse(store, work, failure)),
    lanes: () => read(lanes),
    keepLane: (memory) => write(() => keepLane(store, memory)),
    freezeLane: (wait) => write(() => freezeLane(store, wait)),
    keepLaneStates: (bot, states) => write(() => keepLaneStates(bot, states)),
    chatTypes: async () => chatTypes(await read(readFacts)),
    measures: async () => measures(await read(readFacts)),
    keepMeasures: (measured) => write(() => keepMeasures(measured)),
    announce,
    close,
  };
}

function attemptsIn(store: Store, write: LedgerDatabase["write"]) {
  return {
    begin: (facts) => write(() => begin(store, facts)),
    beginRead: (facts, read) =>
      write(() => beginRead(store, facts, read, () => beginUnderHash(store, facts, read.sha256))),
    confirm: (attempt, confirmation) => write(() => confirm(store, attempt, confirmation)),
    retry: (attempt, failure) => write(() => retry(store, attempt, failure)),
    fail: (attempt, facts, failure) => write(() => fail(store, attempt, facts, failure)),
    doubt: (attempt, failure, content) => write(() => doubt(store, attempt, failure, content)),
  } satisfies Partial<Ledger>;
}

function packedCallsIn(
  store: Store,
  { read, write }: Pick<LedgerDatabase, "read" | "write">,
): PackedCalls & ProbePosts {
  return {
    beginAll: (facts) => write(() => beginAll(store, facts)),
    beginAllRead: (facts, reads) =>
      write(() =>
        beginAllRead(store, facts, reads, (each, { sha256 }) => beginUnderHash(store, each, sha256)),
      ),
    holdUnproved: (attempt, confirmation) => write(() => holdUnproved(store, attempt, confirmation)),
    discard: (attempt, failure) => write(() => discard(store, attempt, failure)),
    // Whoever comes next has the ledger to itself.
    leaveUnproved: async (attempt, why) => why && write(() => doubtUnproved(store, attempt, why)),
    unproved: (bots) => read(() => unproved(bots)),
    beginCanary: (id, chatId, tag) => write(() => beginCanary(store, id, chatId, tag)),
    endCanary: (canary, end) => write(() => endCanary(store, canary, end)),
    leftCanaries: (bots) => read(() => leftCanaries(bots)),
    beginProbe: (post) => write(() => beginProbe(store, post)),
    lostProbes: (bots) => read(() => lostProbes(bots)),
    proofs: () => read(proofs),
    keepProof: (proof) => write(() => keepProof(proof)),
  };
}
