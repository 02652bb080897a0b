import pLimit from "p-limit";
import type { Clock } from "../../domain/clock.ts";
import { whyNotSent } from "../../domain/known-content.ts";
import type { Result } from "../../domain/result.ts";
import type { Task } from "../../domain/task.ts";
import type { Permit } from "../../lanes/port.ts";
import type { Ledger, ReadContent } from "../../ledgers/port.ts";
import type { Prepared, Transfers } from "../../transfers/port.ts";
import { type Attempts, uploadBytes } from "../attempt.ts";
import { readOf, unsentFor } from "../begin-attempt.ts";
import { type Outcome, SAME_CONTENT, type Spent, type Unsent } from "../outcome.ts";
import type { ReadTask } from "../read-ahead.ts";
import { EMPTY_PACK, hasRoom, type PackBounds, withOneMore } from "./fit.ts";

/** A task of a pack, with what was read of it, if it was. */
export interface PackTask {
  readonly task: Task;
  readonly read: ReadTask | undefined;
  /** Gives back the room that is booked for it, once its call has ended. */
  readonly release?: (() => void) | undefined;
}

/** A task that goes into the call. */
export interface ReadyTask {
  readonly task: Task;
  readonly prepared: Prepared;
  /** What is known of its content. */
  readonly content: ReadContent;
  readonly spent: Spent;
  /** Its place among the tasks that were asked for. */
  readonly asked: number;
}

/** Objects of one pack that are read at once, where they were not read ahead. */
const READS = 16;

export interface PackReadingOptions {
  readonly clock: Clock;
  readonly transfers: Transfers;
  readonly attempts: Attempts;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
}

/** What of these tasks goes into the call, and the outcomes of the others by their places. */
export interface ReadPack {
  readonly ready: readonly ReadyTask[];
  readonly dropped: ReadonlyMap<number, Outcome>;
}

/** Reads the objects of a pack where that was not done ahead. Those that cannot be sent, or do not fit now that their way is known, drop out. */
export async function readPack(
  tasks: readonly PackTask[],
  permit: Permit,
  bounds: PackBounds,
  options: PackReadingOptions,
): Promise<ReadPack> {
  const limit = pLimit(READS);
  const read = await Promise.all(tasks.map((each) => limit(() => readOne(each, options))));
  const ready: ReadyTask[] = [];
  const dropped = new Map<number, Outcome>();
  let fill = EMPTY_PACK;
  for (const [asked, { task, result, spent }] of read.entries()) {
    const drop = (why: Outcome["result"]) => {
      if (result.ok) result.value.drop();
      const facts = options.attempts.factsOf(task, permit);
      dropped.set(asked, { facts, spent, transfer: null, result: why });
    };
    if (!result.ok) {
      drop({ type: "failed", attempt: null, failure: result.failure });
      continue;
    }
    const prepared = result.value;
    const { transfer } = prepared;
    const medium = { kind: task.kind, transfer, bytes: uploadBytes(prepared) };
    // Guessed otherwise, it would be taken along again and again.
    if (!hasRoom(EMPTY_PACK, medium, bounds)) drop(PUT_OFF_ALONE);
    else if (!hasRoom(fill, medium, bounds)) drop(PUT_OFF);
    else if (!options.attempts.claims(task, prepared)) drop(SAME_CONTENT);
    else {
      fill = withOneMore(fill, medium);
      ready.push({ task, prepared, content: readOf(task, prepared), spent, asked });
    }
  }
  const known = await knownOf(ready, options.ledger);
  for (const [{ asked, task, prepared, spent }, result] of known) {
    prepared.drop();
    dropped.set(asked, { facts: options.attempts.factsOf(task, permit), spent, transfer: null, result });
  }
  return { ready: ready.filter((each) => !known.has(each)), dropped };
}

/**
 * Asks the ledger, once for all, which of them have content that is known, in doubt or on its way by now, and need not wait for the call: also of
 * what was not read, since another key with its ETag may have been meanwhile. As they are written down it is asked once more.
 */
async function knownOf(ready: readonly ReadyTask[], ledger: Ledger): Promise<Map<ReadyTask, Unsent>> {
  const known = new Map<ReadyTask, Unsent>();
  if (ready.length === 0) return known;
  const asked = ready.map(({ task: { bot, kind }, content: { sha256 } }) => ({ bot, kind, content: sha256 }));
  for (const [nth, found] of (await ledger.idsOf(asked)).entries()) {
    const each = ready[nth];
    const why = each && whyNotSent(found, each.content);
    if (each && why) known.set(each, unsentFor(why, each.content));
  }
  return known;
}

const PUT_OFF = { type: "put_off", ms: 0 } as const;
/** It fits into no pack. */
const PUT_OFF_ALONE = { ...PUT_OFF, alone: true } as const;

async function readOne({ task, read }: PackTask, { clock, transfers, signal }: PackReadingOptions) {
  const started = clock.now();
  const result: Result<Prepared> = await (read?.prepared ?? transfers.prepare(task, signal));
  const inPlace = clock.now() - started;
  const download = (read?.ms ?? 0) + inPlace;
  const spent: Spent = { download, lane: 0, send: 0, begin: 0, queue: 0, ahead: 0, place: inPlace };
  return { task, result, spent };
}
