import { BlockList, isIP } from "node:net";
import type { Secret } from "./secret.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/** RFC 1918 and, for IPv6, RFC 4193. */
const PRIVATE = new BlockList();
PRIVATE.addSubnet("10.0.0.0", 8);
PRIVATE.addSubnet("172.16.0.0", 12);
PRIVATE.addSubnet("192.168.0.0", 16);
PRIVATE.addSubnet("fc00::", 7, "ipv6");

/** True for `localhost` and for addresses that only this machine can reach; brackets of IPv6 are allowed. */
export function isLoopback(host: string): boolean {
  return nameOf(host) === "localhost" || isIn(LOOPBACK, host);
}

/** True for what nobody outside of the local network can reach: loopback, private addresses, and names without a dot. */
export function isPrivate(host: string): boolean {
  return isLoopback(host) || isIn(PRIVATE, host) || !/[.:]/.test(host);
}

/**
 * What is wrong with serving the admin API on `host`, in one line: others can reach it and there is no token, so it would be
 * open to them. Null where nothing is wrong. `setting` names where the host comes from. A blank token counts as none.
 */
export function openHostProblem(setting: string, host: string, token: Secret | null): string | null {
  if (isLoopback(host) || token?.reveal().trim()) return null;
  return `${setting}: "${host}" lets other machines in and ADMIN_API_TOKEN is not set, so anybody could stop the worker; set ADMIN_API_TOKEN (openssl rand -hex 32) or ADMIN_API_TOKEN_FILE=<path>, or use 127.0.0.1`;
}

function nameOf(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
}

function isIn(addresses: BlockList, host: string): boolean {
  const name = nameOf(host);
  const family = isIP(name);
  return family !== 0 && addresses.check(name, family === 6 ? "ipv6" : "ipv4");
}
