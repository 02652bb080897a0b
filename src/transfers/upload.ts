import { createHash } from "node:crypto";
import { type Readable, Transform } from "node:stream";
import mime from "mime";
import { carriedFailure, type Failure, failure } from "../domain/failure.ts";
import { BUFFERED_BYTES } from "../domain/limits.ts";
import { extensionOf, type MediaKind } from "../domain/media.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { disagreement } from "../domain/stated.ts";
import type { KnownEntry } from "../domain/task.ts";
import type { OpenObject, Storage } from "../storage/port.ts";
import type { UploadSource } from "../telegram/port.ts";
import { whyOther } from "./replaced.ts";

/** An upload that is ready for a call; see {@link Prepared} for its fields. */
export interface ReadyUpload {
  readonly source: UploadSource;
  readonly sha256: () => string | null;
  readonly mime: string | null;
}

/**
 * Prepares an object for upload: a small one is read whole, a larger one becomes a stream that is opened anew for each
 * try.
 */
export async function uploadOf(
  storage: Storage,
  entry: KnownEntry,
  kind: MediaKind,
  signal: AbortSignal,
): Promise<Result<ReadyUpload>> {
  if (entry.bytes <= BUFFERED_BYTES) return buffered(storage, entry, kind, signal);
  // The name is sent before the object is opened, so a type that is not known has to be asked for.
  if (entry.mime !== undefined || extensionOf(givenName(entry)) !== "" || extensionOf(entry.key) !== "")
    return ok(streamed(storage, entry, kind, signal));
  const info = await storage.head(entry.key, signal);
  return info.ok ? ok(streamed(storage, { ...entry, mime: info.value.mime }, kind, signal)) : info;
}

async function buffered(
  storage: Storage,
  entry: KnownEntry,
  kind: MediaKind,
  signal: AbortSignal,
): Promise<Result<ReadyUpload>> {
  const opened = await openWhole(storage, entry, signal);
  if (!opened.ok) return opened;
  const content = await wholeOf(opened.value.body).then(ok, (error: unknown) =>
    failed<Buffer>(carriedFailure(error) ?? failure("stopped", `reading ${entry.key} was stopped`)),
  );
  if (!content.ok) return content;
  const sha256 = createHash("sha256").update(content.value).digest("hex");
  const wrong = otherContent(entry, sha256);
  if (wrong) return failed(wrong);
  const type = opened.value.mime;
  const source = {
    open: async () => ok(content.value),
    bytes: content.value.byteLength,
    filename: filenameOf(entry, kind, type),
  };
  return ok({ source, sha256: () => sha256, mime: type });
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

function streamed(storage: Storage, entry: KnownEntry, kind: MediaKind, signal: AbortSignal): ReadyUpload {
  let sha256: string | null = null;
  const open: UploadSource["open"] = async () => {
    const opened = await openWhole(storage, entry, signal);
    if (!opened.ok) return opened;
    const hash = createHash("sha256");
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
      // The end of the form is still to come: a body that breaks off here is never posted.
      flush(done) {
        const found = hash.digest("hex");
        const wrong = otherContent(entry, found);
        if (!wrong) sha256 = found;
        done(wrong && Object.assign(new Error(wrong.message), { failure: wrong }));
      },
    });
    opened.value.body.on("error", (error) => hashing.destroy(error));
    hashing.on("close", () => opened.value.body.destroy());
    return ok(opened.value.body.pipe(hashing));
  };
  const source = { open, bytes: entry.bytes, filename: filenameOf(entry, kind, entry.mime ?? "") };
  return { source, sha256: () => sha256, mime: entry.mime ?? null };
}

/**
 * Opens an object and checks its size, which is announced before the first byte is sent. An ETag that its server changes at
 * each request is left out: what was read is known by its hash.
 */
async function openWhole(
  storage: Storage,
  entry: KnownEntry,
  signal: AbortSignal,
): Promise<Result<OpenObject>> {
  let opened = await storage.open(entry.key, { etag: entry.etag, signal });
  if (!opened.ok && opened.failure.reason === "object_changed") {
    const why = await whyOther(storage, entry, opened.failure, signal);
    opened = why === "unsteady" ? await storage.open(entry.key, { signal }) : failed(why);
  }
  if (!opened.ok || opened.value.bytes === entry.bytes) return opened;
  opened.value.body.on("error", () => {}).destroy();
  const { key, bytes } = entry;
  const text = `${key} has ${opened.value.bytes} bytes, not ${bytes}`;
  return failed(disagreement(entry, opened.value) ?? failure("object_mismatch", text));
}

function otherContent({ key, sha256 }: KnownEntry, found: string): Failure | null {
  return sha256 === undefined || sha256 === found
    ? null
    : failure("object_mismatch", `${key} has the SHA-256 ${found}, the manifest says ${sha256}`);
}

/** For files whose type neither the key nor the Content-Type shows. */
const EXTENSION_OF_KIND: Record<MediaKind, string> = {
  photo: "jpg",
  video: "mp4",
  animation: "gif",
  audio: "mp3",
  voice: "ogg",
  document: "bin",
};

/**
 * Returns the name under which an object is uploaded. Telegram takes its type from the extension alone (tdlib/td
 * MessageContent.cpp), so a name without one gets that of the stored type, else that of the kind.
 * @internal
 */
export function filenameOf(entry: KnownEntry, kind: MediaKind, storedType: string): string {
  const name = givenName(entry);
  if (extensionOf(name) !== "") return name;
  const byKey = entry.filename === undefined ? "" : extensionOf(entry.key);
  return `${name}.${byKey || extensionOfType(storedType) || EXTENSION_OF_KIND[kind]}`;
}

function givenName({ filename, key }: KnownEntry): string {
  return filename ?? key.slice(key.lastIndexOf("/") + 1);
}

/** `application/octet-stream` only means that no type was given when the object was stored. */
function extensionOfType(type: string): string | null {
  const extension = mime.getExtension(type);
  return extension === "bin" ? null : extension;
}
