import { BlockList, isIP } from "node:net";
import { ConfigError } from "../config/error.ts";
import type { Secret } from "../domain/secret.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/** True for `localhost` and for addresses that only this machine can reach; brackets of IPv6 are allowed. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (bare === "localhost") return true;
  const family = isIP(bare);
  return family !== 0 && LOOPBACK.check(bare, family === 6 ? "ipv6" : "ipv4");
}

/** Throws ConfigError for a host that others can reach while there is no token: the API would be open to them. */
export function assertHost(host: string, token: Secret | null): void {
  if (token === null || token.reveal().trim() === "") {
    if (isLoopback(host)) return;
    throw new ConfigError([
      `--host ${host} is reachable from other machines and ADMIN_API_TOKEN is not set: anybody could stop the worker; set ADMIN_API_TOKEN (openssl rand -hex 32), or leave --host at 127.0.0.1`,
    ]);
  }
}
