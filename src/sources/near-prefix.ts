import type { KeyFilter } from "./filter.ts";
import { KeySample } from "./key-sample.ts";
import type { Source } from "./port.ts";

/** Folders above a prefix that are looked into, each a listing of one page. */
const MOST_LOOKS = 4;
const PAGE = 1_000;

type ListPages = (prefix: string, filter: KeyFilter) => Source;

/**
 * For a prefix that no key begins with: a sentence that says what there is, by the first page of the folder above it that is
 * not empty; null when the bucket is empty. Throws SourceFailed when it cannot be listed.
 */
export async function nearPrefix(list: ListPages, prefix: string): Promise<string | null> {
  for (const folder of foldersAbove(prefix)) {
    const sample = await firstPage(list, folder);
    if (sample.keys === 0) continue;
    const among = sample.keys < PAGE ? `${sample.keys} keys` : `the first ${PAGE} keys`;
    const where = folder === "" ? "of the bucket" : `below ${folder}`;
    return `no key begins with --prefix ${prefix}: the nearest among ${among} ${where} are ${sample.near(prefix)}`;
  }
  return null;
}

/** The prefix without its slash at the front, then each folder above, the nearest first, the bucket last. */
function foldersAbove(prefix: string): string[] {
  const bare = prefix.replace(/^\/+/, "");
  const names = bare.split("/").slice(0, -1);
  const above = names.map((_, i) => `${names.slice(0, names.length - i).join("/")}/`);
  const all = [...(bare === prefix ? [] : [bare]), ...above].filter((each) => each !== prefix && each !== "");
  return [...new Set([...all.slice(0, MOST_LOOKS - 1), ""])];
}

async function firstPage(list: ListPages, prefix: string): Promise<KeySample> {
  const sample = new KeySample();
  const note = (key: string) => {
    sample.add(key);
    return false;
  };
  for await (const _page of list(prefix, note)) break;
  return sample;
}
