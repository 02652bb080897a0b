import { describe, expect, it } from "vitest";
import {
  failureOfBody,
  failureOfError,
  failureOfRefusal,
  type RequestTarget,
} from "../../src/storage/errors.ts";
import { readXmlError } from "../../src/storage/said.ts";

const bucket: RequestTarget = { host: "acc.r2.test", bucket: "media", accessKeyId: "KEYID12345" };
const object: RequestTarget = { ...bucket, key: "covers/a.jpg" };

describe("failureOfRefusal", () => {
  it.each([
    [
      "AuthorizationHeaderMalformed",
      "The authorization header is malformed; the region 'auto' is wrong; expecting 'eu-west-1'",
      "eu-west-1",
    ],
    [
      "AuthorizationQueryParametersError",
      "Error parsing the X-Amz-Credential parameter; the region 'auto' is wrong; expecting 'us-east-1'",
      "us-east-1",
    ],
    [
      "AuthorizationHeaderMalformed",
      "The authorization header is malformed; the region is wrong",
      "its own region",
    ],
  ])("names the region that the server wants by %s", (code, message, region) => {
    const { reason, message: told } = failureOfRefusal(bucket, { status: 400, code, message });
    expect(reason).toBe("r2_region_wrong");
    expect(told).toContain(`takes signatures for ${region} only, and prewarm signs for "auto"`);
  });

  it.each([
    [403, "InvalidAccessKeyId", "r2_key_unknown"],
    [401, "Unauthorized", "r2_key_unknown"],
    [401, "", "r2_key_unknown"],
    [403, "SignatureDoesNotMatch", "r2_signature_wrong"],
    [400, "AuthorizationHeaderMalformed", "r2_signature_wrong"],
    [403, "AccessDenied", "r2_denied"],
    [403, "NotEntitled", "r2_denied"],
    [403, "", "r2_denied"],
    [403, "RequestTimeTooSkewed", "r2_clock_skew"],
    [400, "ExpiredRequest", "r2_clock_skew"],
    [403, "ExpiredRequest", "r2_clock_skew"],
    [404, "NoSuchBucket", "bucket_missing"],
    [400, "InvalidBucketName", "bucket_missing"],
    [404, "NoSuchKey", "object_missing"],
    [404, "", "object_missing"],
    [404, "SomethingNew", "object_missing"],
    [400, "InvalidObjectName", "object_missing"],
    [412, "PreconditionFailed", "object_changed"],
    [412, "", "object_changed"],
    [416, "InvalidRange", "object_mismatch"],
    [429, "TooManyRequests", "r2_unavailable"],
    [503, "SlowDown", "r2_unavailable"],
    [500, "InternalError", "r2_unavailable"],
    [502, "", "r2_unavailable"],
    [400, "InvalidRequest", "r2_unavailable"],
  ])("takes %i %s of an object for %s", (status, code, reason) => {
    const failure = failureOfRefusal(object, { status, code, message: "" });
    expect(failure).toMatchObject({ reason, code: status });
    expect(failure.message).toContain("acc.r2.test");
  });

  it.each(["", "NoSuchKey"])(
    "takes a 404 with code %j for a missing bucket where no object was asked for",
    (code) => {
      expect(failureOfRefusal(bucket, { status: 404, code, message: "" }).reason).toBe("bucket_missing");
    },
  );

  it("takes a redirect without a code for another server than S3, unless objects were read there", () => {
    const redirect = { status: 302, code: "", message: "" };
    expect(failureOfRefusal(bucket, redirect)).toMatchObject({
      reason: "endpoint_wrong",
      message: expect.stringContaining("302, a redirect,"),
    });
    expect(failureOfRefusal({ ...object, hasRead: true }, redirect).reason).toBe("r2_unavailable");
  });

  it("quotes nothing where nothing was said, and no full stop twice", () => {
    const nameless = Object.assign(new Error("UnknownError"), {
      name: "Unknown",
      $metadata: { httpStatusCode: 503 },
    });
    expect(failureOfError(bucket, nameless).message).toMatch(/answered 503 for bucket \w+$/);
    const said = failureOfRefusal(bucket, { status: 500, code: "InternalError", message: "Try again." });
    expect(said.message).toMatch(/: Try again$/);
  });

  it.each([
    [403, "endpoint_wrong"],
    [404, "endpoint_wrong"],
    [200, "endpoint_wrong"],
    [502, "r2_unavailable"],
    [429, "r2_unavailable"],
  ])(
    "takes a web page with %i for another server, or for one that is away for a moment",
    (status, reason) => {
      const refusal = { status, code: "", message: "<br>", page: true };
      expect(failureOfRefusal(bucket, refusal)).toMatchObject({ reason, code: status });
      expect(failureOfRefusal(bucket, refusal).message).toMatch(
        new RegExp(`${status} with a web page .*bucket media`),
      );
      // Where others could be read, a page is what something in front says of this one.
      expect(failureOfRefusal({ ...object, hasRead: true }, refusal).reason).not.toBe("endpoint_wrong");
    },
  );

  it("names the hosts of the jurisdictions where the plain host of an account refuses or knows no bucket", () => {
    const id = "0123456789abcdef0123456789abcdef";
    const messageAt = (host: string, status: number, code: string) =>
      failureOfRefusal({ ...bucket, host }, { status, code, message: "" }).message;
    for (const [status, code] of [
      [403, "AccessDenied"],
      [404, "NoSuchBucket"],
    ] as const) {
      expect(messageAt(`${id}.r2.cloudflarestorage.com`, status, code)).toMatch(
        new RegExp(
          `R2_ENDPOINT: https://${id}\\.eu\\.r2\\.cloudflarestorage\\.com, or \\.us\\. or \\.fedramp\\.`,
        ),
      );
      for (const host of [`${id}.us.r2.cloudflarestorage.com`, "minio.lan:9000"])
        expect(messageAt(host, status, code)).not.toContain("jurisdiction");
    }
  });

  it("knows R2's words for a key id of the wrong length", () => {
    const message = "Credential access key has length 20, should be 32";
    const failure = failureOfRefusal(bucket, { status: 400, code: "InvalidArgument", message });
    expect(failure.reason).toBe("r2_key_unknown");
  });

  it.each(["Request has expired", "Request is not yet valid", "Request is not valid yet"])(
    "takes an access denied with the words %j for a wrong clock",
    (message) => {
      const refusal = { status: 403, code: "AccessDenied", message };
      expect(failureOfRefusal(object, refusal).reason).toBe("r2_clock_skew");
    },
  );

  it("lays a refusal on the one object when others could be read", () => {
    const refusal = { status: 403, code: "AccessDenied", message: "" };
    expect(failureOfRefusal({ ...object, hasRead: true }, refusal)).toMatchObject({
      class: "object",
      reason: "object_denied",
    });
    expect(failureOfRefusal({ ...bucket, hasRead: true }, refusal).reason).toBe("r2_denied");
  });

  it("names object and bucket on one line", () => {
    const failure = failureOfRefusal(
      { ...bucket, key: "a\nb\u0000.jpg" },
      { status: 404, code: "", message: "" },
    );
    expect(failure.message).toBe("acc.r2.test has no object a b .jpg in bucket media (404)");
  });

  it("lets no key id, query, signature or line end through when it repeats the server's words", () => {
    const signature = "ab".repeat(32);
    const message = `No KEYID12345 for /media/a?X-Amz-Signature=1 X-Amz-Credential=x ${signature}\r\nbye`;
    const text = failureOfRefusal(object, { status: 400, code: "Odd", message }).message;
    expect(text).toBe(
      "acc.r2.test answered 400 Odd for object covers/a.jpg in bucket media: No *** for /media/a *** *** bye",
    );
  });
});

describe("failureOfError", () => {
  it("reads the answer out of an error of the SDK", () => {
    const error = Object.assign(new Error("no"), { $metadata: { httpStatusCode: 403 } });
    error.name = "SignatureDoesNotMatch";
    expect(failureOfError(bucket, error).reason).toBe("r2_signature_wrong");
  });

  it("takes an answer that could not be read for another server than R2", () => {
    const error = Object.assign(new SyntaxError("<html>"), { $metadata: { httpStatusCode: 200 } });
    expect(failureOfError(bucket, error)).toMatchObject({ reason: "r2_unavailable", code: 200 });
  });

  it("names host and cause when no connection comes about", () => {
    const dns = Object.assign(new Error("getaddrinfo ENOTFOUND acc.r2.test"), { code: "ENOTFOUND" });
    expect(failureOfError(bucket, new TypeError("failed", { cause: dns }))).toMatchObject({
      reason: "r2_unavailable",
      message: "no answer from acc.r2.test for bucket media: getaddrinfo ENOTFOUND acc.r2.test",
    });
    const refused = Object.assign(new Error("connect ECONNREFUSED ::1:9"), { code: "ECONNREFUSED" });
    expect(failureOfError(bucket, new AggregateError([refused])).message).toContain(
      "connect ECONNREFUSED ::1:9",
    );
  });

  it("holds against things thrown that are no errors", () => {
    expect(failureOfError(bucket, "odd").message).toContain("odd");
  });
});

it("takes a body that broke off for an interruption, which another try may mend", () => {
  const error = Object.assign(new Error("Body Timeout Error"), { code: "UND_ERR_BODY_TIMEOUT" });
  expect(failureOfBody(object, error)).toMatchObject({
    class: "transient",
    reason: "r2_interrupted",
    message:
      "reading object covers/a.jpg in bucket media from acc.r2.test broke off: Body Timeout Error (UND_ERR_BODY_TIMEOUT)",
  });
});

describe("readXmlError", () => {
  it("finds code and message of an S3 error", () => {
    const xml = `<?xml version="1.0"?>\n<Error>\n <Code>NoSuchKey</Code><Message>Gone.</Message></Error>`;
    expect(readXmlError(xml)).toEqual({ code: "NoSuchKey", message: "Gone." });
  });

  it.each(["", "<html><title>502</title></html>", "<Code>x</Code>", "<Error><Code>cut o"])(
    "finds nothing in %j",
    (text) => {
      expect(readXmlError(text)).toEqual({ code: "", message: "" });
    },
  );
});
