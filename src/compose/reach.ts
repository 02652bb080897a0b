import { isPrivate } from "../domain/host.ts";

/** Real milliseconds until a connection must be made. */
export const CONNECT_MS = 10_000;

/** False for Telegram's cloud and a bucket on a host that only this machine or its network sees. */
export function reachable({ endpoint, apiRoot }: { readonly endpoint: string; readonly apiRoot: string }) {
  return !isPrivate(new URL(endpoint).hostname) || isPrivate(new URL(apiRoot).hostname);
}
