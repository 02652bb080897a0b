import { carriedFailure } from "../domain/failure.ts";
import { ownRequests } from "./own-requests.ts";
import type { AskPage, ListingOptions } from "./page-request.ts";
import { sdkRequests } from "./sdk-requests.ts";

/**
 * Asks by @aws-sdk/client-s3, which is loaded at the first request (about 100 ms). npm leaves an optional package out without a word,
 * also where a part of a new version is not there yet: then by requests of our own.
 */
export function openPageRequests(options: ListingOptions): AskPage {
  let opening: Promise<AskPage> | undefined;
  return async (request) => {
    opening ??= sdkRequests(options).catch((error: unknown) => {
      if (carriedFailure(error)?.reason !== "package_missing") throw error;
      return ownRequests(options);
    });
    const ask = await opening;
    return ask(request);
  };
}
