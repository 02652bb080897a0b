import { setImmediate } from "node:timers/promises";
import { systemClock } from "../../domain/clock.ts";
import { provisionalId } from "../../domain/content.ts";
import type { Entry } from "../../domain/entry.ts";
import type { Task } from "../../domain/task.ts";
import type { Ledger } from "../../ledgers/port.ts";
import { plan } from "../../pipeline/plan.ts";
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

/** Plans objects `from` to below `to` as a listing gives them: a page at a time, each after a turn of the event loop. */
function planned(ledger: Ledger, from: number, to: number, object: (number: number) => Entry) {
  return plan({
    ledger,
    source: listed(from, to, object),
    storage: STORAGE as Storage,
    clock: CLOCK,
    bots: [BOT],
    only: null,
    force: false,
    waits: false,
    retryWeak: false,
    settings: () => "bench",
  });
}

async function* listed(from: number, to: number, object: (number: number) => Entry): Source {
  for (let first = from; first < to; first += PAGE) {
    await setImmediate();
    const length = Math.min(PAGE, to - first);
    yield Array.from({ length }, (_, at) => ({ type: "entry", entry: object(first + at) }));
  }
}

/** ETags from here on are no ledger's. */
const BEYOND = 3_000_000;

/** An object that no ledger knows; its key sorts among those of known objects. */
function newObject(number: number): Entry {
  const { etag } = objectOf(number + BEYOND);
  return { ...objectOf(number), key: `${objectOf(number).key}.new.jpg`, etag };
}

export function emptyQueue(): WorkQueue {
  return new WorkQueue({ capacity: 0, order: "small", wall: () => CLOCK.wall() });
}

/** A queue of `count` waiting tasks: a few tasks repeated, so that only the queue itself is large. */
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
    content: provisionalId(known),
    replace: false,
    queuedAt: 0,
    tries: 0,
    calls: 0,
    notBefore: 0,
  };
}

/**
 * New objects, from the source through plan and ledger into the queue; for each that goes in beyond `depth` one is taken
 * out. Returns how many went through, which has to be all.
 */
export async function planNew(
  ledger: Ledger,
  queue: WorkQueue,
  { from, to, depth }: { from: number; to: number; depth: number },
): Promise<number> {
  let through = 0;
  for await (const page of planned(ledger, from, to, newObject)) {
    for (const each of page) {
      if (each.type !== "task") throw new Error(`${each.item.key} was to be new`);
      queue.push(each.task);
      through += 1;
      if (queue.length > depth) queue.shift(CLOCK.now());
    }
  }
  return through;
}

/** Objects that are ready: through plan and ledger to their end. Returns how many were skipped, which has to be all. */
export async function planReady(ledger: Ledger, from: number, to: number): Promise<number> {
  let skipped = 0;
  for await (const page of planned(ledger, from, to, objectOf)) {
    for (const each of page) {
      if (each.type !== "item" || each.item.reason !== "already_ready")
        throw new Error("an object was to be ready");
      skipped += 1;
    }
  }
  return skipped;
}
