import type { ListPage, ListQuery } from "./listing.ts";
import type { BucketStore, StoredObject } from "./store.ts";
import { element, s3Document, textElement } from "./xml.ts";

/** The parameters of ListObjectsV2 that only affect the form of its answer. */
interface ListForm {
  /** `encoding-type=url`: keys and prefixes percent-encoded. */
  readonly urlEncoded: boolean;
  readonly fetchOwner: boolean;
}

/** Returns a page as the XML of ListObjectsV2. */
export function listingDocument(
  bucket: string,
  query: ListQuery,
  form: ListForm,
  page: ListPage,
): Uint8Array {
  const encode = form.urlEncoded ? encodeKey : (key: string) => key;
  const optional = (name: string, text: string | null | undefined) => (text ? textElement(name, text) : "");
  return s3Document(
    "ListBucketResult",
    textElement("Name", bucket),
    ...page.objects.map((object) => contents(object, encode, form.fetchOwner)),
    textElement("IsTruncated", page.nextToken !== null),
    ...page.commonPrefixes.map((prefix) => element("CommonPrefixes", textElement("Prefix", encode(prefix)))),
    textElement("Prefix", encode(query.prefix)),
    optional("Delimiter", encode(query.delimiter)),
    optional("StartAfter", encode(query.startAfter)),
    optional("EncodingType", form.urlEncoded ? "url" : ""),
    textElement("MaxKeys", query.maxKeys),
    textElement("KeyCount", page.objects.length + page.commonPrefixes.length),
    optional("ContinuationToken", query.token),
    optional("NextContinuationToken", page.nextToken),
  );
}

/** Returns all buckets as the XML of ListBuckets. */
export function bucketsDocument(buckets: readonly BucketStore[]): Uint8Array {
  const rows = buckets.map(({ name, createdAt }) =>
    element(
      "Bucket",
      textElement("Name", name),
      textElement("CreationDate", new Date(createdAt).toISOString()),
    ),
  );
  return s3Document("ListAllMyBucketsResult", OWNER, element("Buckets", ...rows));
}

const OWNER = element("Owner", textElement("ID", "sandbox"), textElement("DisplayName", "sandbox"));

function contents(object: StoredObject, encode: (key: string) => string, owner: boolean): string {
  return element(
    "Contents",
    textElement("Key", encode(object.key)),
    textElement("Size", object.bytes),
    textElement("LastModified", new Date(object.lastModified).toISOString()),
    textElement("ETag", `"${object.etag}"`),
    textElement("StorageClass", "STANDARD"),
    owner ? OWNER : "",
  );
}

/** Percent-encodes a key: slashes stay, and a space becomes %20, which every decoder accepts. */
function encodeKey(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}
