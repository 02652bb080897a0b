import { GetObjectCommand, type GetObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { withoutVersionWarning } from "../../storage/sdk-warning.ts";

export interface SdkPresignerOptions {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly expiresSeconds: number;
  /** Unix milliseconds. */
  readonly at: number;
}

/** What of the SDK's requests and signers is used here. */
interface SdkRequest {
  headers: Record<string, string>;
  query: Record<string, unknown>;
  readonly protocol?: string;
  readonly hostname?: string;
  readonly port?: number;
  readonly path?: string;
}
interface SdkPresigner {
  presign(request: unknown, options: Readonly<Record<string, unknown>>): Promise<SdkRequest>;
}

const UNSIGNED = "x-amz-content-sha256";
const NOT_SENT = ["amz-sdk-invocation-id", "amz-sdk-request", "x-amz-user-agent"];

/**
 * The SDK's way to a presigned GET, as its package @aws-sdk/s3-request-presigner goes it: the command runs through the
 * client's middleware up to the signing, and the signer of the client presigns the request. Only the host is signed and
 * `x-id` is left out, so that the signature is the same as that of our signer. Returns the signature.
 */
export async function sdkPresigner(options: SdkPresignerOptions): Promise<(key: string) => Promise<string>> {
  const { bucket, region, accessKeyId, secretAccessKey, endpoint } = options;
  const client = withoutVersionWarning(
    () =>
      new S3Client({
        endpoint,
        region,
        credentials: { accessKeyId, secretAccessKey },
        forcePathStyle: true,
        requestChecksumCalculation: "WHEN_REQUIRED",
        responseChecksumValidation: "WHEN_REQUIRED",
      }),
  );
  const signer = presignerOf(
    await client.config.signer({ name: "sigv4", signingName: "s3", signingRegion: region, properties: {} }),
  );
  return async (key) => {
    const { query } = await presign(
      client,
      signer,
      new GetObjectCommand({ Bucket: bucket, Key: key }),
      options,
    );
    return String(query["X-Amz-Signature"]);
  };
}

/** The same as whole URLs, by a client that is there already. */
export async function sdkUrls(
  client: S3Client,
  { bucket, region, expiresSeconds }: { bucket: string; region: string; expiresSeconds: number },
): Promise<(key: string) => Promise<string>> {
  const properties = {};
  const signer = presignerOf(
    await client.config.signer({ name: "sigv4", signingName: "s3", signingRegion: region, properties }),
  );
  return async (key) => {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key });
    const url = await presign(client, signer, command, { region, expiresSeconds, at: Date.now() });
    const { protocol, hostname, port, path, query } = url;
    const host = port === undefined ? hostname : `${hostname}:${port}`;
    return `${protocol}//${host}${path}?${new URLSearchParams(query as Record<string, string>)}`;
  };
}

async function presign(
  client: S3Client,
  signer: SdkPresigner,
  command: GetObjectCommand,
  { region, expiresSeconds, at }: Pick<SdkPresignerOptions, "region" | "expiresSeconds" | "at">,
): Promise<SdkRequest> {
  let presigned: SdkRequest = { headers: {}, query: {} };
  const stack = client.middlewareStack.clone();
  stack.addRelativeTo(
    () => async (args: { request: unknown }) => {
      const request = args.request as SdkRequest;
      for (const name of NOT_SENT) delete request.headers[name];
      delete request.query["x-id"];
      request.headers[UNSIGNED] = "UNSIGNED-PAYLOAD";
      presigned = await signer.presign(request, {
        expiresIn: expiresSeconds,
        unsignableHeaders: new Set(["content-type", UNSIGNED]),
        unhoistableHeaders: new Set([UNSIGNED]),
        signingDate: new Date(at),
        signingRegion: region,
        signingService: "s3",
      });
      const output: GetObjectCommandOutput = { $metadata: { httpStatusCode: 200 } };
      return { response: {}, output };
    },
    { name: "presign", relation: "before", toMiddleware: "awsAuthMiddleware", override: true },
  );
  await command.resolveMiddleware(stack, client.config, {})({ input: command.input });
  return presigned;
}

function presignerOf(signer: object): SdkPresigner {
  if (!("presign" in signer))
    throw new Error("the SDK's signer cannot presign any more: adapt bench/contenders/sdk-presigner.ts");
  return signer as SdkPresigner;
}
