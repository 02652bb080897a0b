import { buffer } from "node:stream/consumers";
import type { Input } from "mediabunny";
import { carriedFailure, type Failure } from "../domain/failure.ts";
import { LIMITS } from "../domain/limits.ts";
import { optionalPackage } from "../domain/optional-package.ts";
import type { KnownEntry } from "../domain/task.ts";
import type { Storage } from "../storage/port.ts";
import type { SendRequest } from "../telegram/port.ts";
import { cannotUnpack, measure, unpacked } from "./unpack.ts";

type Shape = Pick<SendRequest, "width" | "height" | "duration">;

/** Returns width, height and duration of a video: from the manifest, else from the file's header, by range requests. */
export async function shapeOf(storage: Storage, entry: KnownEntry, signal: AbortSignal): Promise<Shape> {
  const { width, height, duration } = entry;
  if (width !== undefined && height !== undefined && duration !== undefined)
    return { width, height, duration };
  const found = await readHeader(storage, entry, signal);
  return {
    width: width ?? found.width,
    height: height ?? found.height,
    duration: duration ?? found.duration,
  };
}

/** A header takes about ten reads. A file that takes many more has none: an MPEG-TS of 36 MB would take 60,000. */
const MOST_READS = 50;

/**
 * Reads the header. One that cannot be read is not a failure: the video is sent without. Throws NotRead on a transient
 * failure.
 */
async function readHeader(storage: Storage, entry: KnownEntry, signal: AbortSignal): Promise<Shape> {
  const { ALL_FORMATS, CustomSource, Input } = await optionalPackage(
    "mediabunny",
    "a video over 10 MB",
    () => import("mediabunny"),
  );
  let reads = 0;
  const source = new CustomSource({
    getSize: () => entry.bytes,
    read: async (start, end) => {
      reads += 1;
      if (reads > MOST_READS) throw new Error(`no header within ${MOST_READS} reads`);
      return readRange(storage, entry, start, end, signal);
    },
    maxCacheSize: 1_048_576,
  });
  const input = new Input({ source, formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track) return {};
    return { width: track.displayWidth, height: track.displayHeight, ...(await durationOf(input)) };
  } catch (error) {
    throwIfPassing(error);
    return {};
  } finally {
    input.dispose();
  }
}

/** Reads the duration from the header, else from the last packets (fragmented files). */
async function durationOf(input: Input): Promise<Shape> {
  try {
    return { duration: (await input.getDurationFromMetadata()) ?? (await input.computeDuration()) };
  } catch (error) {
    throwIfPassing(error);
    return {};
  }
}

async function readRange(
  storage: Storage,
  entry: KnownEntry,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const opened = await storage.open(entry.key, {
    etag: entry.etag,
    range: { from: start, to: end - 1 },
    signal,
  });
  if (!opened.ok) throw new NotRead(opened.failure);
  return buffer(opened.value.body);
}

/** Carries the failure of a read through the library that asked for it. */
class NotRead extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * Throws a transient failure, so that the item is tried again: it must not leave a video without its picture for as long
 * as its file_id lives. A lasting one (no such object, no header) is ignored.
 */
function throwIfPassing(error: unknown): void {
  if (carriedFailure(error)?.class === "transient") throw error;
}

/**
 * Returns the JPEG to be shown for a video: the manifest's `thumbnail`, else `<key>.jpg` beside it. Returns undefined when
 * it is missing or too large for Telegram. Throws an error that carries the failure when that is transient.
 */
export async function thumbnailOf(
  storage: Storage,
  entry: KnownEntry,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const opened = await storage.open(entry.thumbnail ?? `${entry.key}.jpg`, { signal });
  if (!opened.ok) {
    throwIfPassing(new NotRead(opened.failure));
    return undefined;
  }
  const { bytes, body, packing = "" } = opened.value;
  const most = LIMITS.upload.thumbnailBytes;
  if (bytes > most || (packing !== "" && cannotUnpack(entry.key, packing))) {
    body.destroy();
    return undefined;
  }
  if (packing === "") return buffer(body);
  const read = await measure(unpacked(entry.key, packing, body), { keep: most, most });
  if (!read.ok) throwIfPassing(new NotRead(read.failure));
  return read.ok ? (read.value.content ?? undefined) : undefined;
}
