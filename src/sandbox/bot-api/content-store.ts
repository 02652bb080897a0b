import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { discard, type FreshPath, freshPaths, type SpooledBytes, type StoredContent } from "./spool.ts";

/** How many bytes are kept for getFile, in memory and on disk. */
const BUDGET = { memory: 64 << 20, file: 512 << 20 } as const;

interface Kept {
  readonly content: StoredContent;
  readonly bytes: number;
}

/** The bytes of files, for downloads. Bounded: the oldest are dropped first. Equal content is kept once. */
export class ContentStore {
  readonly freshPath: FreshPath;
  readonly #kept = new Map<string, Kept>();
  readonly #used = { memory: 0, file: 0 };
  #folder: Promise<string> | null = null;

  constructor() {
    this.freshPath = freshPaths(() => {
      this.#folder ??= mkdtemp(join(tmpdir(), "prewarm-sandbox-"));
      return this.#folder;
    });
  }

  /** Takes over the content of bytes that became a file. */
  async keep(blob: SpooledBytes): Promise<void> {
    const { sha256, bytes, content } = blob;
    if (content === null) return;
    if (this.#kept.has(sha256)) return discard(blob);
    this.#kept.set(sha256, { content, bytes });
    this.#used[content.type] += bytes;
    for (const [oldest, entry] of this.#kept) {
      if (this.#used[content.type] <= BUDGET[content.type]) break;
      if (entry.content.type === content.type) await this.#forget(oldest, entry);
    }
  }

  /** Drops bytes that did not become a file. */
  async drop(blob: SpooledBytes): Promise<void> {
    if (this.#kept.get(blob.sha256)?.content !== blob.content) await discard(blob);
  }

  /** Returns the content, or null when it was never stored or has been dropped. */
  open(sha256: string): { readonly bytes: number; readonly stream: Readable } | null {
    const entry = this.#kept.get(sha256);
    if (entry === undefined) return null;
    const { content, bytes } = entry;
    const stream = content.type === "memory" ? Readable.from([content.data]) : createReadStream(content.path);
    return { bytes, stream };
  }

  /** Forgets everything and removes the folder. */
  async close(): Promise<void> {
    this.#kept.clear();
    if (this.#folder !== null) await rm(await this.#folder, { recursive: true, force: true });
  }

  async #forget(sha256: string, kept: Kept): Promise<void> {
    this.#kept.delete(sha256);
    this.#used[kept.content.type] -= kept.bytes;
    await discard(kept);
  }
}
