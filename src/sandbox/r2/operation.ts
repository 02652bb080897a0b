import { parameter, type R2Target } from "./target.ts";

/** The operations of R2's S3 API that the sandbox answers. */
export type Operation =
  | "ListBuckets"
  | "ListObjectsV2"
  | "GetBucketLocation"
  | "HeadBucket"
  | "HeadObject"
  | "GetObject"
  | "PutObject"
  | "DeleteObject"
  | "NotImplemented";

/** Query parameters that change the operation of a request (multipart, ACL and so on). */
const SUBRESOURCES: readonly string[] = [
  "acl",
  "cors",
  "delete",
  "encryption",
  "lifecycle",
  "object-lock",
  "partNumber",
  "policy",
  "select",
  "tagging",
  "uploadId",
  "uploads",
  "versionId",
  "versioning",
  "versions",
  "website",
];

/** Returns the operation of a request, by method, target and query. */
export function operationOf(method: string, target: R2Target, copies: boolean): Operation {
  if (SUBRESOURCES.some((name) => parameter(target.query, name) !== undefined)) return "NotImplemented";
  if (target.bucket === null) return method === "GET" ? "ListBuckets" : "NotImplemented";
  if (target.key === null) return bucketOperation(method, target);
  return copies ? "NotImplemented" : (OBJECT_OPERATIONS[method] ?? "NotImplemented");
}

const OBJECT_OPERATIONS: Readonly<Record<string, Operation>> = {
  GET: "GetObject",
  HEAD: "HeadObject",
  PUT: "PutObject",
  DELETE: "DeleteObject",
};

function bucketOperation(method: string, target: R2Target): Operation {
  if (method === "HEAD") return "HeadBucket";
  if (method !== "GET") return "NotImplemented";
  if (parameter(target.query, "location") !== undefined) return "GetBucketLocation";
  return parameter(target.query, "list-type") === "2" ? "ListObjectsV2" : "NotImplemented";
}
