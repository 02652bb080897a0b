import { Agent } from "undici";
import { onTestFinished } from "vitest";
import type { KnownEntry, Task } from "../../src/domain/task.ts";
import type { R2Fault, R2FaultHook } from "../../src/sandbox/r2/faults.ts";
import { type R2Server, startR2Server } from "../../src/sandbox/r2/server.ts";
import type { Storage } from "../../src/storage/port.ts";
import { openR2 } from "../../src/storage/r2.ts";
import { task } from "../queue/tasks.ts";

export const CREDENTIALS = {
  accessKeyId: "0123456789abcdef0123456789abcdef",
  secretAccessKey: "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz",
};

/** The bucket `media` of a server that runs; its connections end with the test. */
export function bucketOf(endpoint: string): Storage {
  const dispatcher = new Agent();
  const storage = openR2({ endpoint, bucket: "media", ...CREDENTIALS, dispatcher });
  onTestFinished(async () => {
    await storage.close();
    await dispatcher.destroy();
  });
  return storage;
}

/** What was read of the bucket, as `METHOD key[ from-to]`, and how many bytes of bodies were asked for. */
interface Reads {
  readonly calls: string[];
  bytes: number;
}

export interface Bucket {
  readonly server: R2Server;
  readonly storage: Storage;
  readonly reads: Reads;
  /** Puts an object and gives the entry that a listing would. */
  put(key: string, body: Uint8Array | { bytes: number }, contentType?: string): Promise<KnownEntry>;
  /** What goes wrong with requests for a key from now on; null for nothing. */
  fail(fault: R2Fault | null): void;
}

/** A sandbox bucket `media`, read over real HTTP, with every read counted. */
export async function bucket(): Promise<Bucket> {
  let fault: R2Fault | null = null;
  const faults: R2FaultHook = () => fault ?? undefined;
  const server = await startR2Server({ ...CREDENTIALS, buckets: ["media"], faults });
  onTestFinished(() => server.close());
  const plain = bucketOf(server.url);
  const reads: Reads = { calls: [], bytes: 0 };
  return {
    server,
    reads,
    storage: counted(plain, reads),
    fail: (next) => {
      fault = next;
    },
    put: async (key, body, contentType) => {
      server.put("media", key, body, contentType === undefined ? {} : { contentType });
      const info = await plain.head(key);
      if (!info.ok) throw new Error(info.failure.message);
      return { key, bytes: info.value.bytes, etag: info.value.etag };
    },
  };
}

function counted(storage: Storage, reads: Reads): Storage {
  return {
    ...storage,
    head: (key, signal) => {
      reads.calls.push(`HEAD ${key}`);
      return storage.head(key, signal);
    },
    open: async (key, options) => {
      const { range } = options ?? {};
      reads.calls.push(range ? `GET ${key} ${range.from}-${range.to}` : `GET ${key}`);
      const opened = await storage.open(key, options);
      if (opened.ok)
        reads.bytes += range ? Math.min(range.to + 1, opened.value.bytes) - range.from : opened.value.bytes;
      return opened;
    },
  };
}

/** A task for an entry that was put. */
export function taskOf(entry: KnownEntry, kind: Task["kind"], more: Partial<Task> = {}): Task {
  return task(entry.key, { entry, kind, content: `etag:${entry.etag}:${entry.bytes}`, ...more });
}
