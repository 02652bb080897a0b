import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { untilStopped } from "../helpers/until-stopped.mjs";

/**
 * Runs a program that has a folder of its own, and ends this process with what it returns. `ends` takes what ends the things that it starts: they are done, last
 * first, however it comes to an end, also by a signal, and the folder is removed.
 *
 * @param {string} name
 * @param {(folder: string, ends: (() => unknown)[], stop: AbortSignal) => Promise<number>} program
 */
export function leavingNothing(name, program) {
  return untilStopped((stop) => inFolder(name, stop, (folder, ends) => program(folder, ends, stop)));
}

/**
 * The same for a part of a program: returns what `use` does, or 1 as soon as `stop` aborts.
 *
 * @param {string} name
 * @param {AbortSignal} stop
 * @param {(folder: string, ends: (() => unknown)[]) => Promise<unknown>} use
 */
export async function inFolder(name, stop, use) {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  // A server of PostgreSQL runs as a user of its own where this one is root.
  chmodSync(folder, 0o755);
  const ends = [() => rmSync(folder, { recursive: true, force: true })];
  const stopped = new Promise((resolve) => {
    if (stop.aborted) resolve(1);
    stop.addEventListener("abort", () => resolve(1), { once: true });
  });
  try {
    const used = use(folder, ends);
    // What goes wrong once all is ended is nobody's concern.
    used.catch(() => {});
    return await Promise.race([used, stopped]);
  } finally {
    await allOf(ends);
  }
}

/** Also what is put to them meanwhile: something may just be starting. */
async function allOf(ends) {
  for (let end = ends.pop(); end; end = ends.pop())
    await Promise.resolve()
      .then(end)
      .catch((error) => console.error(`not ended: ${error.message}`));
}
