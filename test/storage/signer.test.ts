import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createSigner, deriveSigningKey, encodePath } from "../../src/storage/signer.ts";

function vector(name: string): Record<string, string> {
  return JSON.parse(readFileSync(new URL(`../../fixtures/signing/${name}.json`, import.meta.url), "utf8"));
}

const options = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret", region: "auto" };
const request = {
  method: "GET",
  origin: "https://r2.test",
  path: "/media/a.jpg",
  expiresSeconds: 60,
} as const;

describe("signing key", () => {
  it("is the one that the AWS General Reference publishes for its example", () => {
    const v = vector("signing-key");
    const key = deriveSigningKey(`${v.secret_access_key}`, `${v.date}`, `${v.region}`, `${v.service}`);
    expect(key.toString("hex")).toBe(v.signing_key);
    expect(createHmac("sha256", key).update(`${v.string_to_sign}`).digest("hex")).toBe(v.signature);
  });

  it.each(["presigned-get", "header-get", "header-list", "header-put"])(
    "gives the published signature for %s",
    (name) => {
      const v = vector(name);
      const key = deriveSigningKey(`${v.secret_access_key}`, "20130524", `${v.region}`, `${v.service}`);
      expect(createHmac("sha256", key).update(`${v.string_to_sign}`).digest("hex")).toBe(v.signature);
    },
  );
});

describe("presign", () => {
  it("makes the very URL of the example in the S3 API reference", () => {
    const v = vector("presigned-get");
    const signer = createSigner({
      accessKeyId: `${v.access_key_id}`,
      secretAccessKey: `${v.secret_access_key}`,
      region: `${v.region}`,
    });
    const url = signer.presign({
      method: "GET",
      origin: `${v.origin}`,
      path: `${v.path}`,
      expiresSeconds: 86_400,
      at: Date.parse(`${v.at}`),
    });
    expect(url).toBe(v.url);
  });

  it("keeps the key of a day and takes a new one with the next UTC day", () => {
    const signer = createSigner(options);
    const lastMoment = Date.UTC(2025, 0, 1, 23, 59, 59, 999);
    for (const at of [lastMoment, lastMoment + 1, lastMoment]) {
      expect(signer.presign({ ...request, at })).toBe(createSigner(options).presign({ ...request, at }));
    }
    const days = [lastMoment, lastMoment + 1].map((at) =>
      new URL(signer.presign({ ...request, at })).searchParams.get("X-Amz-Credential"),
    );
    expect(days).toEqual([
      "AKIAIOSFODNN7EXAMPLE/20250101/auto/s3/aws4_request",
      "AKIAIOSFODNN7EXAMPLE/20250102/auto/s3/aws4_request",
    ]);
  });

  it("signs host alone and asks for no header", () => {
    const query = new URL(createSigner(options).presign({ ...request, at: 0 })).searchParams;
    expect([...query.keys()]).toEqual([
      "X-Amz-Algorithm",
      "X-Amz-Credential",
      "X-Amz-Date",
      "X-Amz-Expires",
      "X-Amz-SignedHeaders",
      "X-Amz-Signature",
    ]);
    expect(query.get("X-Amz-SignedHeaders")).toBe("host");
    expect(query.get("X-Amz-Date")).toBe("19700101T000000Z");
  });

  it("gives another signature for another method, path, host, duration and second", () => {
    const signer = createSigner(options);
    const base = { ...request, at: 0 };
    const variants = [
      base,
      { ...base, method: "HEAD" as const },
      { ...base, path: "/media/b.jpg" },
      { ...base, origin: "https://r2.test:8443" },
      { ...base, expiresSeconds: 61 },
      { ...base, at: 1000 },
    ];
    const signatures = variants.map((v) => signer.presign(v).split("X-Amz-Signature=")[1]);
    expect(new Set(signatures).size).toBe(variants.length);
  });
});

describe("encodePath", () => {
  it.each([
    ["/media/covers/welcome.jpg", "/media/covers/welcome.jpg"],
    ["/media/gift card.png", "/media/gift%20card.png"],
    ["/media/a+b=c&d.zip", "/media/a%2Bb%3Dc%26d.zip"],
    ["/media/Überblick.pdf", "/media/%C3%9Cberblick.pdf"],
    ["/media/🎬.mp4", "/media/%F0%9F%8E%AC.mp4"],
    ["/media/~-._", "/media/~-._"],
    ["/media/it's (new)!*.txt", "/media/it%27s%20%28new%29%21%2A.txt"],
    ["/media/100%.txt", "/media/100%25.txt"],
    ["/media/already%20encoded", "/media/already%2520encoded"],
    ["/media/what?#;,:@$[]", "/media/what%3F%23%3B%2C%3A%40%24%5B%5D"],
    ["/media//double//slash/", "/media//double//slash/"],
    ["/media/back\\slash\n", "/media/back%5Cslash%0A"],
    ["/media/half \ud83c", "/media/half%20%EF%BF%BD"],
  ])("writes %j as %j", (path, encoded) => {
    expect(encodePath(path)).toBe(encoded);
  });
});
