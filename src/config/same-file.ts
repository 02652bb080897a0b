import { statSync } from "node:fs";
import { resolve } from "node:path";

/**
 * Whether two paths are one file: also by a link, and by upper and lower case where the file system tells no difference. One that is
 * not there yet is another one unless its path is the same.
 */
export function isSameFile(a: string, b: string): boolean {
  if (resolve(a) === resolve(b)) return true;
  const [of, and] = [identityOf(a), identityOf(b)];
  return of !== null && of === and;
}

function identityOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return ino === 0n ? null : `${dev}:${ino}`;
  } catch {
    return null;
  }
}
