import { bare, errorAnswer, type R2Answer, whole } from "./answer.ts";
import { accept, type Checked, r2Error, refuse } from "./errors.ts";
import { type ListQuery, listPage, PAGE_SIZE } from "./listing.ts";
import { bucketsDocument, listingDocument } from "./listing-xml.ts";
import type { BucketStore } from "./store.ts";
import { parameter, type QueryParameters } from "./target.ts";
import { s3Document } from "./xml.ts";

const XML = "application/xml";

/** Answers GET of the account: the buckets, ordered by name. */
export function listBuckets(buckets: Iterable<BucketStore>): R2Answer {
  const sorted = [...buckets].sort((a, b) => (a.name < b.name ? -1 : 1));
  return whole(200, XML, bucketsDocument(sorted));
}

/** Answers HEAD of an existing bucket. */
export function headBucket(): R2Answer {
  return bare(200, { "x-amz-bucket-region": "auto" });
}

/** Answers GET `?location`. */
export function bucketLocation(): R2Answer {
  return whole(200, XML, s3Document("LocationConstraint", "auto"));
}

/** Answers GET `?list-type=2`: one page. */
export function listObjects(bucket: BucketStore, query: QueryParameters): R2Answer {
  const parsed = parseListQuery(query);
  if (!parsed.ok) return errorAnswer(parsed.error);
  const encoding = parameter(query, "encoding-type");
  if (encoding !== undefined && encoding !== "url") {
    return errorAnswer(r2Error("InvalidArgument", "Invalid Encoding Method specified in Request"));
  }
  const page = listPage(bucket, parsed.value);
  if (!page.ok) return errorAnswer(page.error);
  const form = { urlEncoded: encoding === "url", fetchOwner: parameter(query, "fetch-owner") === "true" };
  return whole(200, XML, listingDocument(bucket.name, parsed.value, form, page.value));
}

function parseListQuery(query: QueryParameters): Checked<ListQuery> {
  const asked = parameter(query, "max-keys");
  if (asked !== undefined && !/^\d{1,9}$/.test(asked)) {
    return refuse("InvalidArgument", "Provided max-keys not an integer or within integer range");
  }
  const text = (name: string) => (parameter(query, name) ?? "").normalize("NFC");
  return accept({
    prefix: text("prefix"),
    delimiter: text("delimiter"),
    maxKeys: Math.min(PAGE_SIZE, Number(asked ?? PAGE_SIZE)),
    startAfter: text("start-after"),
    token: parameter(query, "continuation-token"),
  });
}
