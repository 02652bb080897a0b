/** What an object is known by: its SHA-256 in hex, or a {@link provisionalId} while nobody has read it. Column `sha256`. */
export type ContentId = string;

const PROVISIONAL = "etag:";

/**
 * The content id of an object whose SHA-256 is not known: `etag:<bare ETag>:<bytes>`. The same object has the same one in
 * the ledger and in memory, which is what keeps it from being posted twice.
 */
export function provisionalId(object: { readonly etag: string; readonly bytes: number }): ContentId {
  return `${PROVISIONAL}${bareEtag(object.etag)}:${object.bytes}`;
}

/** Whether this content id was made by {@link provisionalId}. */
export function isProvisional(content: ContentId): boolean {
  return content.startsWith(PROVISIONAL);
}

/** The ETag without quotes and without `W/`: S3 quotes ETags, event payloads and some tables do not. */
export function bareEtag(etag: string): string {
  if (!etag.includes('"') && !etag.startsWith("W/")) return etag;
  return etag.replace(/^W\//, "").replace(/^"|"$/g, "");
}
