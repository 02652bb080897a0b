import type { Readable } from "node:stream";
import { carriedFailure, type Failure, failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import type { KnownEntry } from "../domain/task.ts";
import type { OpenObject, Storage } from "../storage/port.ts";
import { whyOther, whyOtherSize } from "./replaced.ts";

/**
 * Opens an object and checks its size, which is announced before the first byte is sent. An ETag that its server changes at
 * each request is left out: what was read is known by its hash.
 */
export async function openWhole(
  storage: Storage,
  entry: KnownEntry,
  signal: AbortSignal,
): Promise<Result<OpenObject>> {
  const { key, bytes, etag } = entry;
  let opened = await storage.open(key, { etag, bytes, signal });
  if (!opened.ok && opened.failure.reason === "object_changed") {
    const why = await whyOther(storage, entry, opened.failure, signal);
    opened = why === "unsteady" ? await storage.open(key, { bytes, signal }) : failed(why);
  }
  if (!opened.ok || opened.value.bytes === bytes) return opened;
  opened.value.body.on("error", () => {}).destroy();
  return failed(await whyOtherSize(storage, entry, opened.value.bytes, signal));
}

/** Returns the failure of content that has another hash than the manifest states. */
export function otherContent({ key, sha256 }: KnownEntry, found: string): Failure | null {
  return sha256 === undefined || sha256 === found
    ? null
    : failure("object_mismatch", `${key} has the SHA-256 ${found}, the manifest says ${sha256}`);
}

/** Not `buffer` of node:stream/consumers: up to Node 20 that makes a Blob, which costs more CPU than the download. */
function wholeOf(body: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .once("end", () => resolve(Buffer.concat(chunks)))
      .once("error", reject)
      .once("close", () => reject(new Error("the body was closed before its end")));
  });
}

/** Reads a body to its end into memory. */
export function readWhole(key: string, body: Readable): Promise<Result<Buffer>> {
  return wholeOf(body).then(ok, (error: unknown) =>
    failed<Buffer>(carriedFailure(error) ?? failure("stopped", `reading ${key} was stopped`)),
  );
}
