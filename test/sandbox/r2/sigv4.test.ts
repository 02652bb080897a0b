import { expect, test } from "vitest";
import { chunkSignature, requestSignature, sha256Hex, signingKey } from "../../../src/sandbox/r2/sigv4.ts";

// The examples of the Amazon S3 API reference, "Authenticating Requests (AWS Signature Version 4)".
const SCOPE = { date: "20130524", region: "us-east-1" };
const AT = "20130524T000000Z";
const KEY = signingKey("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", SCOPE);
const HOST = ["host", "examplebucket.s3.amazonaws.com"] as const;
const DATE = ["x-amz-date", AT] as const;
const EMPTY = sha256Hex("");

test("the published GET example has the published signature", () => {
  const headers = [HOST, ["range", "bytes=0-9"], ["x-amz-content-sha256", EMPTY], DATE] as const;
  const parts = { method: "GET", path: "/test.txt", query: [], headers, payload: EMPTY };
  expect(requestSignature(KEY, SCOPE, AT, parts)).toBe(
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  );
});

test("the published PUT example, with a dollar sign in its key, has the published signature", () => {
  const payload = sha256Hex("Welcome to Amazon S3.");
  const headers = [
    ["date", "Fri, 24 May 2013 00:00:00 GMT"],
    HOST,
    ["x-amz-content-sha256", payload],
    DATE,
    ["x-amz-storage-class", "REDUCED_REDUNDANCY"],
  ] as const;
  const parts = { method: "PUT", path: "/test$file.text", query: [], headers, payload };
  expect(requestSignature(KEY, SCOPE, AT, parts)).toBe(
    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  );
});

test("the published listing example has the published signature whatever the order of its query", () => {
  const headers = [HOST, ["x-amz-content-sha256", EMPTY], DATE] as const;
  const query = [
    ["prefix", "J"],
    ["max-keys", "2"],
  ] as const;
  const parts = { method: "GET", path: "/", query, headers, payload: EMPTY };
  expect(requestSignature(KEY, SCOPE, AT, parts)).toBe(
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  );
});

test("the published presigned URL has the published signature", () => {
  const query = [
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"],
    ["X-Amz-Date", AT],
    ["X-Amz-Expires", "86400"],
    ["X-Amz-SignedHeaders", "host"],
    ["X-Amz-Signature", "left out"],
  ] as const;
  const parts = { method: "GET", path: "/test.txt", query, headers: [HOST], payload: "UNSIGNED-PAYLOAD" };
  expect(requestSignature(KEY, SCOPE, AT, parts)).toBe(
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  );
});

test("the published chunked upload has the published chain of signatures", () => {
  const seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
  const first = chunkSignature(KEY, SCOPE, AT, seed, Buffer.alloc(65_536, "a"));
  const second = chunkSignature(KEY, SCOPE, AT, first, Buffer.alloc(1024, "a"));
  const last = chunkSignature(KEY, SCOPE, AT, second, Buffer.alloc(0));
  expect([first, second, last]).toEqual([
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
  ]);
});
