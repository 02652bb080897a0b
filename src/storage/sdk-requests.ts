import { createRequire } from "node:module";
import { optionalPackage } from "../domain/optional-package.ts";
import { readOwnPages } from "./own-pages.ts";
import type { AskPage, ListingOptions } from "./page-request.ts";
import { withoutPages } from "./sdk-pages.ts";
import { withoutVersionWarning } from "./sdk-warning.ts";

/** To import CommonJS, Node looks for the names of its exports first: up to Node 22 that is a third of what loading the SDK costs. */
const require = createRequire(import.meta.url);

/** Loads the SDK, and asks by it. Rejects with the failure `package_missing` where it is not installed. */
export async function sdkRequests(options: ListingOptions): Promise<AskPage> {
  const { client, sdk } = await loadSdk(options);
  return async ({ prefix, from, after, limit, signal }) => {
    const command = new sdk.ListObjectsV2Command({
      Bucket: options.target.bucket,
      // XML cannot carry control characters, and servers differ in what they make of others.
      EncodingType: "url",
      ...(prefix ? { Prefix: prefix } : {}),
      ...(from === undefined ? {} : { ContinuationToken: from }),
      ...(after === undefined ? {} : { StartAfter: after }),
      ...(limit === undefined ? {} : { MaxKeys: limit }),
    });
    const asRead = readOwnPages(command);
    return asRead(await client.send(command, { abortSignal: signal, requestTimeout: options.stallMs }));
  };
}

/** In this turn of the event loop, so that whoever waits for another thread has it done meanwhile (see {@link loadSdkAhead}). */
function loadPackages() {
  return optionalPackage(
    "@aws-sdk/client-s3",
    "a bucket's listing",
    async () =>
      [
        require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3"),
        require("@smithy/undici-http-handler") as typeof import("@smithy/undici-http-handler"),
      ] as const,
  );
}

/**
 * Loads the SDK at once, for somebody who is going to list and has to wait anyway: it takes this thread about 70 ms. What goes wrong
 * is told to whoever lists.
 */
export function loadSdkAhead(): void {
  void loadPackages().catch(() => {});
}

/**
 * Sets everything that the SDK would otherwise look up in the user's AWS environment and files. Its correction of a wrong
 * clock is off: it would hide what breaks our presigned URLs. The client is never destroyed, since that would destroy the
 * dispatcher, which belongs to the caller.
 */
async function loadSdk(options: ListingOptions) {
  const [sdk, { UndiciHttpHandler }] = await loadPackages();
  const { endpoint, region, accessKeyId, secretAccessKey, dispatcher } = options;
  const handler = new UndiciHttpHandler({ dispatcher });
  const make = () =>
    new sdk.S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      requestHandler: withoutPages(handler),
      forcePathStyle: true,
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      maxAttempts: 3,
      retryMode: "standard",
      defaultsMode: "standard",
      disableClockSkewCorrection: true,
      disableS3ExpressSessionAuth: true,
      useArnRegion: false,
      useDualstackEndpoint: false,
      useFipsEndpoint: false,
    });
  return { sdk, client: withoutVersionWarning(make) };
}
