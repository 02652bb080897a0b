import { createHash, createHmac } from "node:crypto";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import { onTestFinished } from "vitest";
import { type R2Server, type R2ServerOptions, startR2Server } from "../../../src/sandbox/r2/server.ts";

export const CREDENTIALS = {
  accessKeyId: "0123456789abcdef0123456789abcdef",
  secretAccessKey: "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz",
};

/** A server with bucket `media`, closed when the test is over. */
export async function startServer(more: Partial<R2ServerOptions> = {}): Promise<R2Server> {
  const server = await startR2Server({ ...CREDENTIALS, buckets: ["media", "spare"], ...more });
  onTestFinished(() => server.close());
  return server;
}

/** The AWS SDK as it comes, with its checksums on, one attempt a call. */
export function sdkClient(server: R2Server, more: Partial<S3ClientConfig> = {}): S3Client {
  const client = new S3Client({
    endpoint: server.url,
    region: "auto",
    credentials: CREDENTIALS,
    forcePathStyle: true,
    maxAttempts: 1,
    ...more,
  });
  onTestFinished(() => client.destroy());
  return client;
}

/** The hash that @smithy/signature-v4 wants to be given. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", toBytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error("not needed");
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

export interface PresignOptions {
  readonly method?: string;
  readonly expiresIn?: number;
  readonly signedAt?: number;
  readonly region?: string;
  readonly credentials?: typeof CREDENTIALS;
  readonly query?: Record<string, string>;
}

/** A presigned URL made by the SDK's own signer. `key` is not encoded yet. */
export async function presign(
  server: Pick<R2Server, "url">,
  key: string,
  options: PresignOptions = {},
): Promise<string> {
  const signer = new SignatureV4({
    service: "s3",
    region: options.region ?? "auto",
    credentials: options.credentials ?? CREDENTIALS,
    sha256: Sha256,
    uriEscapePath: false,
  });
  const { protocol, host, hostname, port } = new URL(server.url);
  const path = `/media/${key.split("/").map(encodeStrictly).join("/")}`;
  const request = {
    method: options.method ?? "GET",
    protocol,
    hostname,
    port: Number(port),
    path,
    query: options.query ?? {},
    headers: { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
  };
  const signed = await signer.presign(request, {
    expiresIn: options.expiresIn ?? 3600,
    signingDate: new Date(options.signedAt ?? Date.now()),
  });
  const query = Object.entries(signed.query ?? {}).map(
    ([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(String(value))}`,
  );
  return `${server.url}${path}?${query.join("&")}`;
}

function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `Code` of an XML error. */
export async function errorCode(response: Response): Promise<string | undefined> {
  return /<Code>(.*)<\/Code>/.exec(await response.text())?.[1];
}
