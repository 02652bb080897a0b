import { setImmediate } from "node:timers/promises";
import { systemClock } from "../../domain/clock.ts";
import type { Entry } from "../../domain/entry.ts";
import type { Task } from "../../domain/task.ts";
import type { Ledger } from "../../ledgers/port.ts";
import { type PlanOptions, plan } from "../../pipeline/plan.ts";
import { WorkQueue } from "../../queue/work-queue.ts";
import type { Source } from "../../sources/port.ts";
import type { Storage } from "../../storage/port.ts";
import { BOT, objectOf } from "../harness/fill-ledger.ts";

/** Objects that a page of a listing holds. */
const PAGE = 1_000;
const CLOCK = systemClock();

/** Every object here comes with size and ETag, so nothing is ever asked for. */
const STORAGE: Pick<Storage, "head"> = {
  head: () => Promise.reject(new Error("the bench asked for an object")),
};

function optionsOf(ledger: Ledger, source: Source): PlanOptions {
  return {
    ledger,
    source,
    storage: STORAGE as Storage,
    clock: CLOCK,
    bots: [BOT],
    only: null,
    force: false,
    waits: false,
    retryWeak: false,
    settings: () => "bench",
  };
}

/** Objects `from` to below `to` as a listing gives them: a page at a time, each after a turn of the event loop. */
async function* listed(from: number, to: number, object: (number: number) => Entry): Source {
  for (let first = from; first < to; first += PAGE) {
    await setImmediate();
    yield Array.from({ length: Math.min(PAGE, to - first) }, (_, at) => ({
      type: "entry",
      entry: object(first + at),
    }));
  }
}

/** ETags from here on are no ledger's. */
const BEYOND = 3_000_000;

/** An object that no ledger knows, whose key stands among those that one does. */
function newObject(number: number): Entry {
  const { etag } = objectOf(number + BEYOND);
  return { ...objectOf(number), key: `${objectOf(number).key}.new.jpg`, etag };
}

export function emptyQueue(): WorkQueue {
  return new WorkQueue({ capacity: 0, order: "small", wall: () => CLOCK.wall() });
}

/** A queue in which so many tasks wait; they are a few that come again, so that the queue alone is large. */
export function queueOf(count: number): WorkQueue {
  const queue = emptyQueue();
  const tasks = Array.from({ length: 256 }, (_, index) => taskOf(index));
  for (let index = 0; index < count; index++) queue.push(tasks[index & 255] as Task);
  return queue;
}

function taskOf(number: number): Task {
  const entry = newObject(number);
  const known = { ...entry, bytes: 20_000 * (number + 1), etag: entry.etag ?? "" };
  return {
    entry: known,
    bot: BOT,
    kind: "photo",
    content: `etag:${known.etag}:${known.bytes}`,
    replace: false,
    queuedAt: 0,
    tries: 0,
    calls: 0,
    notBefore: 0,
  };
}

/**
 * New objects, from the source through plan and ledger into the queue; for each that goes in beyond `depth` one is taken
 * out. Answers how many went through, which has to be all.
 */
export async function planNew(
  ledger: Ledger,
  queue: WorkQueue,
  { from, to, depth }: { from: number; to: number; depth: number },
): Promise<number> {
  let through = 0;
  for await (const page of plan(optionsOf(ledger, listed(from, to, newObject)))) {
    for (const planned of page) {
      if (planned.type !== "task") throw new Error(`${planned.item.key} was to be new`);
      queue.push(planned.task);
      through += 1;
      if (queue.length > depth) queue.shift(CLOCK.now());
    }
  }
  return through;
}

/** Objects that are ready: through plan and ledger to their end. Answers how many were skipped, which has to be all. */
export async function planReady(ledger: Ledger, from: number, to: number): Promise<number> {
  let skipped = 0;
  for await (const page of plan(optionsOf(ledger, listed(from, to, objectOf)))) {
    for (const planned of page) {
      if (planned.type !== "item" || planned.item.reason !== "already_ready")
        throw new Error("an object was to be ready");
      skipped += 1;
    }
  }
  return skipped;
}
