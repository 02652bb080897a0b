import type { Entry } from "../domain/entry.ts";
import { readEntry } from "../sources/manifest-entry.ts";

type Entries =
  | { readonly ok: true; readonly entries: readonly Entry[] }
  | { readonly ok: false; readonly problem: string };

/** Manifest entries out of parsed JSON, all or none: the first one that cannot be work is named. */
export function readEntries(given: readonly unknown[], bots: readonly string[]): Entries {
  const entries: Entry[] = [];
  for (const [at, value] of given.entries()) {
    const read = readEntry({ where: given.length > 1 ? `entry ${at + 1}` : "the entry", value });
    if (read.type === "bad") return { ok: false, problem: read.failure.message };
    if (read.type === "skip") return { ok: false, problem: `${read.key}: ${NO_WORK}` };
    const { key, bot } = read.entry;
    if (bot !== undefined && !bots.includes(bot))
      return { ok: false, problem: `${key}: no bot "${bot}" in this worker (its bots: ${bots.join(", ")})` };
    entries.push(read.entry);
  }
  return { ok: true, entries };
}

const NO_WORK = "a folder marker or an empty object cannot be warmed: Telegram does not accept empty files";
