import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../domain/clock.ts";

export interface FileWatchOptions {
  readonly path: string;
  readonly clock: Clock;
  /** How often the file is looked at besides (milliseconds of the clock): no news come from network file systems. */
  readonly pollMs: number;
  readonly signal: AbortSignal;
  /** The file is another one than at the last {@link FileWatch.settled}; may be called several times for one change. */
  readonly onChange: () => void;
}

/** Real milliseconds: files are written on real time. So long without a change a file counts as written to its end. */
const STILL_MS = 300;
/** One that is written to without end is looked at all the same. */
const MOST_STILL_MS = 60_000;

/**
 * Says when a file became another one: written, replaced by rename as editors do, removed, or made. Its folder is watched,
 * since a watch on the file itself stays with the old one after a rename.
 */
export class FileWatch {
  readonly #options: FileWatchOptions;
  readonly #watcher: FSWatcher | null;
  #last = "";

  constructor(options: FileWatchOptions) {
    this.#options = options;
    this.#watcher = watcherOf(options.path, () => void this.#look());
    void this.#poll();
  }

  /** Resolves when the file has been as it is for a moment, which is what it is compared with from then on; early on abort. */
  async settled(): Promise<void> {
    const { path, signal } = this.#options;
    const deadline = performance.now() + MOST_STILL_MS;
    let state = await stateOf(path);
    while (!signal.aborted && !state.isOld && performance.now() < deadline) {
      await wait(STILL_MS, undefined, { signal, ref: true }).catch(() => {});
      const before = state.text;
      state = await stateOf(path);
      if (state.text === before) break;
    }
    this.#last = state.text;
  }

  close(): void {
    this.#watcher?.close();
  }

  async #look(): Promise<void> {
    const { path, signal, onChange } = this.#options;
    const { text } = await stateOf(path);
    if (!signal.aborted && text !== this.#last) onChange();
  }

  async #poll(): Promise<void> {
    const { clock, pollMs, signal } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(pollMs, signal);
      await this.#look();
    }
  }
}

/** Null where the system gives none (no such folder, no watches left): looking now and then has to do. */
function watcherOf(path: string, onEvent: () => void): FSWatcher | null {
  const name = basename(path);
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_, file) => {
      if (file === null || file === name) onEvent();
    });
    return watcher.on("error", () => watcher.close());
  } catch {
    return null;
  }
}

interface FileState {
  /** Differs when the file does. */
  readonly text: string;
  /** Not written to for long enough, by its own time. */
  readonly isOld: boolean;
}

async function stateOf(path: string): Promise<FileState> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    const age = Date.now() - mtimeMs;
    return { text: `${ino} ${size} ${mtimeMs}`, isOld: age > STILL_MS };
  } catch {
    return { text: "none", isOld: false };
  }
}
