import { BlockList, isIP } from "node:net";
import { innermostError } from "./error-code.ts";
import { isLoopback } from "./host.ts";

/** Proxies as variables name them: HTTPS_PROXY, HTTP_PROXY, NO_PROXY. */
export interface ProxySettings {
  readonly https?: string | undefined;
  readonly http?: string | undefined;
  readonly no?: string | undefined;
}

/** The proxy that a URL is called through; null for none. HTTP_PROXY serves https too where there is no HTTPS_PROXY. */
export function proxyOf(url: string, { https, http, no }: ProxySettings): string | null {
  const chosen = new URL(url).protocol === "https:" ? https || http : http;
  return chosen && isProxied(url, no) ? chosen : null;
}

/**
 * False for this machine itself (`localhost`, 127.0.0.0/8, ::1), which no proxy reaches, and for hosts that NO_PROXY keeps out:
 * `*`, `<local>` (names without a dot), a name (which stands for all below it), `.suffix`, a name with `*` in it, an address,
 * a net such as 10.0.0.0/8; each with or without a port.
 */
export function isProxied(url: string, no = ""): boolean {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (isLoopback(host)) return false;
  const wanted = port || (protocol === "https:" ? "443" : "80");
  return !entriesOf(no).some((entry) => {
    const [name, onPort] = withoutPort(entry);
    return (onPort === null || onPort === wanted) && matches(name, host);
  });
}

/** Entries of NO_PROXY that can match no host at all: URLs, and nets that are none. */
export function uselessEntries(no = ""): string[] {
  return entriesOf(no).filter((entry) => entry.includes("/") && netOf(withoutPort(entry)[0]) === null);
}

function entriesOf(no: string): string[] {
  return no.split(/[\s,;]+/).filter((entry) => entry !== "");
}

/** An address of IPv6 has a port only behind brackets. */
function withoutPort(entry: string): [name: string, port: string | null] {
  const [, bracketed, bracketPort] = /^\[(.+)\](?::(\d+))?$/.exec(entry) ?? [];
  if (bracketed !== undefined) return [bracketed.toLowerCase(), bracketPort ?? null];
  if (entry.split(":").length > 2) return [entry.toLowerCase(), null];
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return [name.toLowerCase(), port ?? null];
}

function matches(name: string, host: string): boolean {
  if (name === "*") return true;
  if (name === "<local>") return !/[.:]/.test(host);
  const net = netOf(name);
  if (net !== null) return isIP(host) !== 0 && net.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
  const suffix = name.replace(/^\*?\./, "");
  if (suffix.includes("*")) return globOf(suffix).test(host);
  return host === suffix || host.endsWith(`.${suffix}`);
}

/** A net in CIDR notation; null for anything else. */
function netOf(name: string): BlockList | null {
  const [, address = "", bits = ""] = /^(.+)\/(\d{1,3})$/.exec(name) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(bits) > (family === 6 ? 128 : 32)) return null;
  const net = new BlockList();
  net.addSubnet(address, Number(bits), family === 6 ? "ipv6" : "ipv4");
  return net;
}

function globOf(name: string): RegExp {
  const parts = name.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

/** What a proxy did instead of leading to a server. `message` has its host and port, and never its name and password. */
export class ProxyError extends Error {
  /** `PROXY_407` and the like for an answer, else that of its socket (`ECONNREFUSED`). */
  readonly code: string;
  /** HTTP status of its answer; null where it could not be reached. */
  readonly status: number | null;

  constructor(proxy: string, cause: { readonly status: number } | { readonly code: string }) {
    const { host } = new URL(proxy);
    const status = "status" in cause ? cause.status : null;
    super(`the proxy ${host} ${"status" in cause ? saysNo(cause.status) : doesNothing(cause.code)}`);
    this.name = "ProxyError";
    this.code = "status" in cause ? `PROXY_${cause.status}` : cause.code;
    this.status = status;
  }
}

/** It takes connections and then says nothing, or does not take them. */
function doesNothing(code: string): string {
  return code === "UND_ERR_HEADERS_TIMEOUT" ? "gave no answer" : "could not be reached";
}

function saysNo(status: number): string {
  if (status === 407)
    return "answered 407: it wants a name and a password (HTTPS_PROXY=http://<name>:<password>@<host>:<port>)";
  if (status === 403)
    return "answered 403: it forbids this host; have it allowed there, or name it in NO_PROXY";
  return `answered ${status} instead of leading there`;
}

/** What a proxy did to a call, as part of a sentence; null where no proxy is to blame. */
export function proxyTrouble(error: unknown): string | null {
  const cause = innermostError(error);
  if (!(cause instanceof ProxyError)) return null;
  return cause.status === null ? `${cause.message} (${cause.code})` : cause.message;
}
