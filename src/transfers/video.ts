import { buffer } from "node:stream/consumers";
import type { Input } from "mediabunny";
import { carriedFailure, type Failure } from "../domain/failure.ts";
import { LIMITS } from "../domain/limits.ts";
import type { KnownEntry } from "../domain/task.ts";
import type { Storage } from "../storage/port.ts";
import type { SendRequest } from "../telegram/port.ts";

type Shape = Pick<SendRequest, "width" | "height" | "duration">;

/** What the manifest says of a video's picture and length, the rest read out of the file's own header by range requests. */
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

/** A header takes about ten reads. What takes more has none: an MPEG-TS of 36 MB would take 60,000. */
const MOST_READS = 50;

/** A header that cannot be read is no failure: the video is then sent without. Throws NotRead on trouble that passes. */
async function readHeader(storage: Storage, entry: KnownEntry, signal: AbortSignal): Promise<Shape> {
  const { ALL_FORMATS, CustomSource, Input } = await import("mediabunny");
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

/** As the header has it, else by its last packets (fragmented files). */
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

/** Carries why a part could not be read through the library that asked for it. */
class NotRead extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * Trouble that passes must not leave a video without its picture for as long as its file_id lives: it is thrown, and the
 * item is tried again. What stays (no such object, no header) is left out.
 */
function throwIfPassing(error: unknown): void {
  if (carriedFailure(error)?.class === "transient") throw error;
}

/**
 * The JPEG to be shown for a video: the manifest's `thumbnail`, else `<key>.jpg` beside it. One that is missing or larger
 * than Telegram takes is left out. Throws an error that carries the failure on trouble that passes.
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
  if (opened.value.bytes > LIMITS.upload.thumbnailBytes) {
    opened.value.body.destroy();
    return undefined;
  }
  return buffer(opened.value.body);
}
