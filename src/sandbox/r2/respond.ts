import type { IncomingMessage } from "node:http";
import { errorAnswer, type R2Answer } from "./answer.ts";
import type { Verified, Verifier } from "./auth.ts";
import { bucketLocation, headBucket, listBuckets, listObjects } from "./bucket-handlers.ts";
import type { HeaderLookup } from "./credential.ts";
import { r2Error } from "./errors.ts";
import { deleteObject, putObject, readObject } from "./object-handlers.ts";
import type { Operation } from "./operation.ts";
import type { BucketStore } from "./store.ts";
import type { R2Target } from "./target.ts";

/** The account that the server simulates. */
export interface Account {
  readonly buckets: ReadonlyMap<string, BucketStore>;
  readonly verifier: Verifier;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Answers a request as R2 does: signature first, then the bucket, then the operation. */
export async function respond(
  account: Account,
  operation: Operation,
  target: R2Target,
  request: IncomingMessage,
): Promise<R2Answer> {
  const header = lookupIn(request);
  const verified = account.verifier.verify(request.method ?? "", target, header);
  if (!verified.ok) return errorAnswer(verified.error);
  if (operation === "NotImplemented") return errorAnswer(r2Error("NotImplemented"));
  if (target.bucket === null) return listBuckets(account.buckets.values());
  const bucket = account.buckets.get(target.bucket);
  if (!bucket) return errorAnswer(r2Error("NoSuchBucket"));
  return target.key === null
    ? onBucket(bucket, operation, target)
    : onObject(account, bucket, target.key, { request, header, verified: verified.value });
}

function onBucket(bucket: BucketStore, operation: Operation, target: R2Target): R2Answer {
  switch (operation) {
    case "ListObjectsV2":
      return listObjects(bucket, target.query);
    case "GetBucketLocation":
      return bucketLocation();
    default:
      return headBucket();
  }
}

interface IncomingRequest {
  readonly request: IncomingMessage;
  readonly header: HeaderLookup;
  readonly verified: Verified;
}

async function onObject(
  account: Account,
  bucket: BucketStore,
  key: string,
  { request, header, verified }: IncomingRequest,
): Promise<R2Answer> {
  switch (request.method) {
    case "PUT":
      return putObject(
        bucket,
        key,
        { headers: request.headers, header, source: request, verified },
        account.now,
      );
    case "DELETE":
      return deleteObject(bucket, key);
    default:
      return readObject(bucket, key, header);
  }
}

function lookupIn(request: IncomingMessage): HeaderLookup {
  return (name) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(",") : value;
  };
}
