import { LIMITS } from "../domain/limits.ts";
import { extensionOf, kindOfKey, type MediaKind } from "../domain/media.ts";
import type { ListedObject } from "../storage/port.ts";
import type { Check, Report } from "./check.ts";
import type { CheckContext, CheckedBucket } from "./context.ts";
import { fail, ofFailure, pass, skipped, warn } from "./report.ts";

const OWN_SERVER = "export TELEGRAM_API_ROOT=http://<your own Bot API server> TELEGRAM_API_LOCAL=1";

/** An object of which the listing says the size. */
interface SizedObject extends ListedObject {
  readonly bytes: number;
}

function isSized(object: ListedObject): object is SizedObject {
  return object.bytes !== undefined;
}

/** What stands in the way of an object, as far as its name and size tell. */
interface Obstacle {
  readonly what: string;
  readonly next: string;
  readonly meets: (object: SizedObject, kind: MediaKind, local: boolean) => boolean;
}

const OBSTACLES: readonly Obstacle[] = [
  {
    what: "over 50 MB, too large for an upload",
    next: OWN_SERVER,
    meets: ({ bytes }, _, local) => !local && bytes > LIMITS.upload.cloudBytes - LIMITS.upload.overheadBytes,
  },
  {
    what: "over 2000 MB, too large for any Bot API server",
    next: "split these files",
    meets: ({ bytes }, _, local) => local && bytes > LIMITS.upload.localBytes,
  },
  {
    what: "photos over 10 MB",
    next: "prewarm run --kind photo --as document",
    meets: ({ bytes }, kind) => kind === "photo" && bytes > LIMITS.upload.photoBytes,
  },
  {
    what: "empty (0 bytes)",
    next: "put the files with content in their place",
    meets: ({ bytes, key }) => bytes === 0 && !key.endsWith("/"),
  },
];

const objects: Check = {
  id: "r2-objects",
  group: "r2",
  title: "sample of objects",
  why: "What is beyond Telegram's limits fails whatever the settings are.",
  needs: ["r2-list"],
  run: async ({ r2, config: { draft } }) => {
    const page = await r2?.firstPage();
    if (!page?.ok || page.value.length === 0) return [skipped("no objects to look at")];
    const named = page.value.map((object) => ({ object, kind: kindOfKey(object.key) ?? "document" }));
    const found = OBSTACLES.flatMap(({ what, next, meets }) => {
      const met = named.filter(({ object, kind }) => isSized(object) && meets(object, kind, draft.apiLocal));
      const first = met[0];
      if (!first) return [];
      return [
        warn(`${met.length} of ${named.length} ${what}, such as ${first.object.key}`, next, {
          subject: what,
        }),
      ];
    });
    return found.length > 0 ? found : [pass(kindsOf(named.map(({ kind }) => kind)))];
  },
};

function kindsOf(kinds: readonly MediaKind[]): string {
  const counts = new Map<MediaKind, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
}

/** So many objects are asked for their stored type. */
const SAMPLE = 12;
const FAMILY: Partial<Record<MediaKind, RegExp>> = {
  photo: /^image\//,
  animation: /^(image\/gif|video\/)/,
  video: /^video\//,
  audio: /^(audio|video)\//,
  voice: /^audio\//,
};

const types: Check = {
  id: "r2-types",
  group: "r2",
  title: "stored types",
  why: "Telegram takes a URL by the stored Content-Type; an object with a wrong one is uploaded, which is slower.",
  needs: ["r2-list", "r2-read"],
  run: async ({ r2 }) => {
    const sample = await sampleOf(r2);
    if (!r2 || sample.length === 0) return [skipped("no media to look at")];
    const heads = await Promise.all(
      sample.map(async ({ key }) => ({ key, head: await r2.storage.head(key) })),
    );
    const wrong = heads.flatMap(({ key, head }) => {
      const kind = kindOfKey(key);
      const family = kind && FAMILY[kind];
      return head.ok && family && !family.test(head.value.mime)
        ? [{ key, mime: head.value.mime || "no type" }]
        : [];
    });
    const first = wrong[0];
    if (!first) return [pass(`right for all ${sample.length} that were looked at`)];
    const next =
      "upload these objects again with their Content-Type (rclone and wrangler set it by extension)";
    return [warn(`${wrong.length} of ${sample.length} are wrong, such as ${first.key}: ${first.mime}`, next)];
  },
};

/** Media small enough to go by URL, of every kind some. */
async function sampleOf(r2: CheckedBucket | null): Promise<readonly ListedObject[]> {
  const page = await r2?.firstPage();
  if (!page?.ok) return [];
  const byKind = new Map<string, ListedObject[]>();
  for (const object of page.value) {
    const kind = kindOfKey(object.key);
    const { bytes = 1 } = object;
    if (!kind || !FAMILY[kind] || bytes === 0 || bytes > LIMITS.url.otherBytes) continue;
    byKind.set(kind, [...(byKind.get(kind) ?? []), object].slice(0, SAMPLE));
  }
  const rows = [...byKind.values()];
  return Array.from({ length: SAMPLE }, (_, i) => rows.flatMap((row) => row[i] ?? []))
    .flat()
    .slice(0, SAMPLE);
}

const presigned: Check = {
  id: "r2-presigned",
  group: "r2",
  title: "presigned URL",
  why: "Telegram fetches objects by these URLs, with no header of ours.",
  needs: ["r2-list", "r2-read"],
  run: async ({ r2 }) => {
    const page = await r2?.firstPage();
    const smallest = page?.ok
      ? (page.value
          .filter(isSized)
          .filter(({ bytes }) => bytes > 0)
          .sort((a, b) => a.bytes - b.bytes)[0] ?? page.value.find(({ bytes }) => bytes === undefined))
      : undefined;
    if (!r2 || !smallest) return [skipped("no object to fetch")];
    return [await fetchReport(r2, smallest)];
  },
};

async function fetchReport(r2: CheckedBucket, { key, bytes }: ListedObject): Promise<Report> {
  const fetched = await r2.fetch(r2.storage.presign(key));
  if (!fetched.ok)
    return fail(`fetching ${key} broke off (${fetched.code})`, "prewarm run --transfer upload");
  if (fetched.status !== 200) {
    const head = await r2.storage.head(key);
    if (!head.ok) return ofFailure(head.failure);
    return fail(`${key} answers ${fetched.status} to a plain GET`, "prewarm run --transfer upload");
  }
  if (bytes !== undefined && fetched.bytes !== bytes) {
    const head = await r2.storage.head(key);
    if (head.ok && head.value.packing)
      return pass(
        `${key} is stored with Content-Encoding ${head.value.packing}: it is read, unpacked and uploaded`,
      );
    return fail(
      `${key} came with ${fetched.bytes} bytes instead of ${bytes}`,
      "prewarm run --transfer upload",
    );
  }
  return pass(`${key} was fetched whole (${fetched.bytes} bytes${fetched.mime ? `, ${fetched.mime}` : ""})`);
}

export const OBJECT_CHECKS: readonly Check[] = [objects, types, presigned];

/** The smallest picture that may go by URL, for a probe; null where there is none. */
export async function smallestPhoto({ r2 }: CheckContext): Promise<ListedObject | null> {
  const page = await r2?.firstPage();
  if (!page?.ok) return null;
  const photos = page.value
    .filter(isSized)
    .filter(
      ({ key, bytes }) =>
        /^(jpe?g|png)$/.test(extensionOf(key)) && bytes > 0 && bytes <= LIMITS.url.photoBytes,
    );
  return photos.sort((a, b) => a.bytes - b.bytes)[0] ?? null;
}
