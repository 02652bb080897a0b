import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** Returns a path as every process names it, so that all find the same file and the same reports beside it. */
export function realPath(path: string): string {
  const full = resolve(path);
  try {
    return realpathSync.native(full);
  } catch {
    return join(realFolder(dirname(full)), basename(full));
  }
}

function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder;
  }
}
