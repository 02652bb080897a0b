import { readdirSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { LedgerError } from "./error.ts";
import { isRunning } from "./running.ts";

/** A temporary folder for databases that nothing is kept of. */
export interface ScratchFolder {
  readonly path: string;
  /** Removes it with all that is in it, once its databases are closed. Never throws: what resists goes with the next one. */
  remove(): Promise<void>;
  /** The same for a process that is ending: at once, and without letting go of what it holds. */
  removeNow(): void;
}

/**
 * Makes a folder `prewarm-<purpose>-<host>-<pid>-...` among the temporary files, and clears those that dead processes of this
 * host left behind. Throws LedgerError (exit code 2) where nothing can be written there.
 */
export async function openScratchFolder(purpose: "plan" | "bench" | "import"): Promise<ScratchFolder> {
  const place = tmpdir();
  const beginning = `prewarm-${purpose}-${hostName()}-`;
  clearStale(place, beginning);
  const path = await mkdtemp(join(place, `${beginning}${process.pid}-`)).catch((error: Error) => {
    throw new LedgerError(cannotWrite(place, error), 2, { cause: error });
  });
  const removeNow = () => removeQuietly(path);
  const remove = async () => {
    await letGo();
    removeNow();
  };
  return { path, remove, removeNow };
}

/** Removes a folder of temporary files; what cannot be removed stays. */
export function removeQuietly(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A temporary file that stays decides nothing: its work is done.
  }
}

let collect: (() => void) | undefined;

/**
 * Lets go of the files of closed databases: libsql keeps a connection until its statements are garbage-collected
 * (tursodatabase/libsql-js#228), and Windows removes no file that is open.
 */
async function letGo(): Promise<void> {
  if (!collect) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  // What was collected is finalized a turn later.
  for (let i = 0; i < 2; i++) {
    await nextTurn();
    collect();
  }
  await nextTurn();
}

/** As part of a file's name. */
function hostName(): string {
  return hostname().replace(/[^\w.]+/g, "_");
}

function clearStale(place: string, beginning: string): void {
  for (const name of namesIn(place)) {
    if (!name.startsWith(beginning)) continue;
    const pid = /^(\d+)-/.exec(name.slice(beginning.length))?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) removeQuietly(join(place, name));
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function cannotWrite(place: string, error: NodeJS.ErrnoException): string {
  const why =
    error.code === "ENOENT"
      ? "is not there"
      : error.code === "ENOSPC"
        ? "is on a disk that is full"
        : `cannot be written (${error.code ?? error.name})`;
  return `the folder for temporary files, ${place}, ${why}; set TMPDIR to a folder that can be written`;
}
