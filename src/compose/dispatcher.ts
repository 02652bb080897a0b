import { type Dispatcher, EnvHttpProxyAgent } from "undici";
import type { Config } from "../config/config.ts";

/** Times in real milliseconds. */
export interface DispatcherTimes {
  /** Until a connection must be made. */
  readonly connectMs: number;
  /** For which an idle connection is used again; undici's own 4 s without it. */
  readonly idleMs?: number;
}

/** A pool of connections that obeys the proxies of a configuration, and no other variable. Connects nothing yet; the caller destroys it. */
export function openDispatcher(
  { https, http, no }: Config["proxy"],
  { connectMs, idleMs }: DispatcherTimes,
): Dispatcher {
  return new EnvHttpProxyAgent({
    connect: { timeout: connectMs },
    httpsProxy: https ?? "",
    httpProxy: http ?? "",
    noProxy: no ?? "",
    ...(idleMs === undefined ? {} : { keepAliveTimeout: idleMs, keepAliveMaxTimeout: idleMs }),
  });
}
