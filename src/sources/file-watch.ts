import { stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../domain/clock.ts";

export interface FileWatchOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Milliseconds of the clock between two looks at the file. */
  readonly pollMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** The file is another one than when it last settled; may be called several times for one change. */
  readonly onChange: () => void;
}

/** Real milliseconds, since files are written in real time: unchanged for so long, a file counts as written to its end. */
const STILL_MS = 300;
/** A file that is written to without end is read all the same after this long. */
const MOST_STILL_MS = 60_000;

/**
 * Reports when a file became another one: written, replaced by rename as editors do, removed, or made. Compares what stands
 * at the path every now and then, which holds on every file system. Notifications would be sooner, but not enough: there are
 * none of what another machine does on a shared mount, and with chokidar 5 a file that was removed and written again within
 * 10 ms, one whose folder was made later, and one reached through a link that was turned (a Kubernetes ConfigMap) went unnoticed.
 */
export class FileWatch {
  readonly #options: FileWatchOptions;
  /** The state when it last settled. */
  #last = "";

  constructor(options: FileWatchOptions) {
    this.#options = options;
    void this.#poll();
  }

  /** Resolves when the file has been as it is for a moment; changes count from then on. Early on abort. */
  async settled(): Promise<void> {
    const { path, signal } = this.#options;
    const deadline = performance.now() + MOST_STILL_MS;
    let state = await stateOf(path);
    while (!signal.aborted && !state.isOld && performance.now() < deadline) {
      await wait(STILL_MS, undefined, { signal }).catch(() => {});
      const before = state.text;
      state = await stateOf(path);
      if (state.text === before) break;
    }
    this.#last = state.text;
  }

  async #poll(): Promise<void> {
    const { path, clock, pollMs, signal, onChange } = this.#options;
    for (;;) {
      await clock.sleep(pollMs, signal);
      const { text } = await stateOf(path);
      if (signal.aborted) return;
      if (text !== this.#last) onChange();
    }
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
    return { text: `${ino} ${size} ${mtimeMs}`, isOld: Date.now() - mtimeMs > STILL_MS };
  } catch {
    return { text: "none", isOld: false };
  }
}
