/** What an object is known by: its SHA-256 in hex, or a {@link provisionalId} while nobody has read it. Column `sha256`. */
export type ContentId = string;

/** What of an object its provisional id is made of. */
interface Unread {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
}

const OF_CONTENT = "etag:";
const OF_KEY = "key:";

/**
 * The content id of an object whose SHA-256 is not known: `etag:<ETag>:<bytes>` where the ETag names content, which is what
 * keeps equal objects from being posted twice; else `key:<ETag>:<bytes>:<key>`, which no other key can have.
 */
export function provisionalId({ key, etag, bytes }: Unread): ContentId {
  return namesContent(etag)
    ? `${OF_CONTENT}${bareEtag(etag)}:${bytes}`
    : `${OF_KEY}${bareEtag(etag)}:${bytes}:${key}`;
}

/** Whether this content id was made by {@link provisionalId}. */
export function isProvisional(content: ContentId): boolean {
  return content.startsWith(OF_CONTENT) || content.startsWith(OF_KEY);
}

/**
 * The ETag as we keep it: without quotes (S3 quotes ETags, event payloads and some tables do not). A weak one keeps its `W/`,
 * which says that different contents may have it.
 */
export function readEtag(etag: string): string {
  if (/^[\w-]*$/.test(etag)) return etag;
  const text = etag.trim();
  const opaque = text.replace(/^W\//i, "").replace(/^"|"$/g, "");
  return opaque !== "" && /^W\//i.test(text) ? asMarker(opaque) : opaque;
}

/** The ETag without quotes and without `W/`, to compare two of the same key. */
export function bareEtag(etag: string): string {
  if (!etag.includes('"') && !/^W\//i.test(etag)) return etag;
  return readEtag(etag).replace(/^W\//, "");
}

/** An ETag that only marks changes of its own key, in the form of a weak one. */
export function asMarker(etag: string): string {
  return `W/${bareEtag(etag)}`;
}

/**
 * Whether objects with this ETag and one size have one content: true for an MD5 in hex, or the MD5 of the MD5s of so many
 * parts (R2 and S3 make no others). Other servers have ETags of times or counters, the same for all objects, or none.
 */
export function namesContent(etag: string): boolean {
  return /^(?!0{32}(?:-|$))[0-9a-f]{32}(?:-[1-9]\d*)?$/i.test(etag);
}
