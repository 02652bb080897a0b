import type { Result } from "../domain/result.ts";
import { SourceFailed } from "../domain/source-failed.ts";
import type { ListedObject } from "../storage/port.ts";
import { KeySample } from "./key-sample.ts";

/** Folders above a prefix that are looked into, each a listing of one page. */
const MOST_LOOKS = 4;
const PAGE = 1_000;

type List = (prefix: string) => AsyncIterable<Result<readonly ListedObject[]>>;

/**
 * For a prefix that no key begins with: a sentence that says what there is, by the first page of the folder above it that is
 * not empty; null when the bucket is empty. Throws SourceFailed when it cannot be listed.
 */
export async function nearPrefix(list: List, prefix: string): Promise<string | null> {
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

async function firstPage(list: List, prefix: string): Promise<KeySample> {
  const sample = new KeySample();
  for await (const page of list(prefix)) {
    if (!page.ok) throw new SourceFailed(page.failure);
    for (const { key } of page.value) sample.add(key);
    break;
  }
  return sample;
}
