import { createHash, createHmac } from "node:crypto";

interface Request {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly host: string;
  /** Not encoded, with a leading slash. */
  readonly path: string;
  readonly expiresSeconds: number;
  /** Unix milliseconds. */
  readonly at: number;
}

/**
 * What our signer is measured against: a presigned GET whose signing key is derived anew for every URL, with four HMACs,
 * as the replaced system did. Shares no line with `storage/signer.ts`, so that a slower signer of ours shows.
 */
export function presignDerivingAnew(request: Request): string {
  const { accessKeyId, secretAccessKey, region, host, path, expiresSeconds, at } = request;
  const date = new Date(at).toISOString().replace(/[:-]|\.\d{3}/g, "");
  const day = date.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const encoded = path.split("/").map(encodePart).join("/");
  const query = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    `X-Amz-Credential=${encodeURIComponent(`${accessKeyId}/${scope}`)}`,
    `X-Amz-Date=${date}`,
    `X-Amz-Expires=${expiresSeconds}`,
    "X-Amz-SignedHeaders=host",
  ].join("&");
  const canonical = ["GET", encoded, query, `host:${host}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n");
  const digest = createHash("sha256").update(canonical).digest("hex");
  const toSign = ["AWS4-HMAC-SHA256", date, scope, digest].join("\n");
  const steps = [day, region, "s3", "aws4_request"];
  const start: string | Buffer = `AWS4${secretAccessKey}`;
  const key = steps.reduce<string | Buffer>(
    (from, step) => createHmac("sha256", from).update(step).digest(),
    start,
  );
  const signature = createHmac("sha256", key).update(toSign).digest("hex");
  return `https://${host}${encoded}?${query}&X-Amz-Signature=${signature}`;
}

/** encodeURIComponent leaves five characters alone that S3 wants encoded. */
function encodePart(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
