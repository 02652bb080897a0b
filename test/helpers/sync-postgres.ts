import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { CELL_TYPES } from "../../src/ledgers/postgres/pool.ts";

type Cell = string | number | null;

interface Said {
  readonly rows?: readonly (readonly (string | null)[])[];
  readonly fields?: readonly (readonly [name: string, oid: number])[];
  readonly error?: string;
}

const BOOL = 16;

/** Cells as SQLite gives them, flags as numbers. */
function cellOf(text: string | null | undefined, oid: number): Cell {
  if (text === null || text === undefined) return null;
  if (oid === BOOL) return text === "t" ? 1 : 0;
  return (CELL_TYPES.getTypeParser(oid) as (text: string) => Cell)(text);
}

let thread: { readonly port: MessagePort; readonly bell: Int32Array } | null = null;

function open() {
  const { port1, port2 } = new MessageChannel();
  const bell = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./postgres-thread.mjs", import.meta.url), {
    workerData: { port: port2, bell },
    transferList: [port2],
  });
  worker.unref();
  port1.unref();
  return { port: port1, bell };
}

/** Asks a database and stands still until it answers, as with a file. */
export function queryHere(url: string, sql: string): Record<string, Cell>[] {
  thread ??= open();
  const { port, bell } = thread;
  Atomics.store(bell, 0, 0);
  port.postMessage({ url, sql });
  Atomics.wait(bell, 0, 0);
  const said = receiveMessageOnPort(port)?.message as Said | undefined;
  if (said?.error !== undefined) throw new Error(`${said.error} in ${sql}`);
  const fields = said?.fields ?? [];
  return (said?.rows ?? []).map((row) =>
    Object.fromEntries(fields.map(([name, oid], i) => [name, cellOf(row[i], oid)])),
  );
}
