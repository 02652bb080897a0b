import { LIMITS } from "../../domain/limits.ts";
import type { MediaKind } from "../../domain/media.ts";
import type { Task, TransferName } from "../../domain/task.ts";
import type { PackUse } from "./use.ts";

/** What decides whether a medium goes in a pack. */
export interface PackCandidate {
  readonly kind: MediaKind;
  /** How it would go; by what is known before it is read. */
  readonly transfer: TransferName;
  /** Of the object. */
  readonly bytes: number;
}

/** What a pack holds so far. */
export interface PackFill {
  readonly media: number;
  /** Of these, by URL. */
  readonly urls: number;
  /** Of all uploads together. */
  readonly uploadBytes: number;
  readonly kinds: ReadonlySet<MediaKind>;
}

/** Bounds of a pack besides what its lane allows. */
export interface PackBounds {
  readonly use: PackUse;
  /** Bytes of all uploads together at the most. */
  readonly mostBytes: number;
}

/** Calls after which a medium goes by itself, whatever they came to: more than halving fifty takes, twice. */
const MOST_CALLS = 14;

/** A pack that holds nothing. */
export const EMPTY_PACK: PackFill = { media: 0, urls: 0, uploadBytes: 0, kinds: new Set() };

/**
 * Whether a task may go with others at all. One that is on its second way (by upload, as a document), that was found out to be
 * refused, or that nobody understands, goes alone, and so does a video that takes a picture and its shape along.
 */
export function mayBePacked(task: Task): boolean {
  const { alone, sendAs, transfer, refusedIn = [], kind, entry, calls } = task;
  if (alone || sendAs !== undefined || transfer !== undefined || refusedIn.length > 0) return false;
  if (calls >= MOST_CALLS) return false;
  return kind !== "video" || entry.bytes <= LIMITS.videoProbeBytes;
}

/** What decides whether a task goes with others, as far as is known before it is read; null where it goes alone. */
export function packableOf(task: Task, guess: (task: Task) => TransferName): PackCandidate | null {
  return mayBePacked(task) ? { kind: task.kind, transfer: guess(task), bytes: task.entry.bytes } : null;
}

/** Whether a pack has room for one more medium. Of a kind that is not proved it holds one. */
export function hasRoom(
  fill: PackFill,
  { kind, transfer, bytes }: PackCandidate,
  { use, mostBytes }: PackBounds,
) {
  if (fill.media >= use.most || use.kinds[kind] === "none") return false;
  if (use.kinds[kind] === "one" && fill.kinds.has(kind)) return false;
  return transfer === "url" ? fill.urls < use.mostUrls : fill.uploadBytes + bytes <= mostBytes;
}

/** The pack with one more medium. */
export function withOneMore(fill: PackFill, { kind, transfer, bytes }: PackCandidate): PackFill {
  const [url, upload] = transfer === "url" ? [1, 0] : [0, bytes];
  return {
    media: fill.media + 1,
    urls: fill.urls + url,
    uploadBytes: fill.uploadBytes + upload,
    kinds: new Set([...fill.kinds, kind]),
  };
}

/** Bytes of all uploads of a pack at the most; below what the server takes for one file, since nothing says how it counts. */
export function mostPackBytes(local: boolean): number {
  return local ? LIMITS.pack.localBytes : LIMITS.pack.cloudBytes;
}
