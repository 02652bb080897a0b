import type { Report } from "./check.ts";
import type { ReachResult } from "./context.ts";
import { fail, pass } from "./report.ts";

/** A server as a check knows it. */
export interface Server {
  /** `R2`, for sentences. */
  readonly name: string;
  readonly url: string;
  /** The variable that names it. */
  readonly variable: string;
}

const TLS = /CERT|SIGNED|TLS|SSL|EPROTO|UNABLE_TO/;
const SILENT = /TIMEOUT|ETIMEDOUT|Timeout|ABORT/;

/** Whether a server answers at all, whatever it answers; else what stands in the way: name, route, port, certificate. */
export function reachReport(reached: ReachResult, server: Server): Report {
  const { host } = new URL(server.url);
  if (!reached.ok)
    return reached.proxy === null ? unreached(reached.code, server, host) : behindProxy(reached.proxy, host);
  if (reached.location !== null && server.variable === "R2_ENDPOINT")
    return fail(
      `${host} answers ${reached.status} and points to ${reached.location}`,
      `export R2_ENDPOINT=${originOf(reached.location)}`,
    );
  return pass(`${host} answers, in ${Math.round(reached.ms)} ms`);
}

/** The proxy answers for the server, so that nothing is known of that one. */
function behindProxy(proxy: string, host: string): Report {
  const next = /answered 407/.test(proxy)
    ? "export HTTPS_PROXY=http://<name>:<password>@<host>:<port>"
    : `let the proxy lead to ${host}, or name it in NO_PROXY where this machine reaches it without: export NO_PROXY=${host}`;
  return fail(`${host} is not reached: ${proxy.replace(/ \(HTTPS_PROXY=.*/, "")}`, next);
}

function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin : "https://<account id>.r2.cloudflarestorage.com";
}

function unreached(code: string, { name, url, variable }: Server, host: string): Report {
  const { hostname, protocol } = new URL(url);
  const port = new URL(url).port || (protocol === "https:" ? "443" : "80");
  if (code === "ENOTFOUND")
    return fail(`there is no host ${hostname} (ENOTFOUND)`, unnamed(variable, hostname));
  if (code === "EAI_AGAIN")
    return fail(`no DNS server answers, so ${hostname} is not found (EAI_AGAIN)`, "cat /etc/resolv.conf");
  if (code === "ECONNREFUSED")
    return fail(`nothing listens at ${host} (ECONNREFUSED)`, refused(variable, url));
  if (/WRONG_VERSION|EPROTO|PACKET_LENGTH/.test(code))
    return fail(`${host} speaks no TLS (${code})`, `export ${variable}=http://${host}`);
  if (TLS.test(code))
    return fail(`the certificate of ${host} is not accepted (${code})`, certificate(code, hostname, port));
  if (SILENT.test(code))
    return fail(
      `${host} gives no answer in time: a firewall swallows it, or ${name} is down`,
      `curl -sv -m 5 -o /dev/null ${url}`,
    );
  return fail(`${host} cannot be reached (${code})`, `curl -sv -m 5 -o /dev/null ${url}`);
}

/** Telegram's own name is right, so it is the network that does not know it. */
function unnamed(variable: string, hostname: string): string {
  return hostname === "api.telegram.org" ? `nslookup ${hostname}` : spelling(variable);
}

function spelling(variable: string): string {
  return variable === "R2_ENDPOINT"
    ? "Cloudflare dashboard -> R2 -> Overview -> Account ID, then: export R2_ACCOUNT_ID=<32 characters>"
    : "export TELEGRAM_API_ROOT=https://api.telegram.org";
}

function refused(variable: string, url: string): string {
  const local = /^(localhost|127\.|\[::1\])/.test(new URL(url).hostname);
  if (local)
    return "start the server again, or for the sandbox: prewarm sandbox > .env (in another terminal)";
  return spelling(variable);
}

function certificate(code: string, host: string, port: string): string {
  if (/EXPIRED|NOT_YET/.test(code)) return "date (a wrong clock makes good certificates look expired)";
  if (/ALTNAME/.test(code)) return `openssl s_client -connect ${host}:${port} (shows which host it is for)`;
  return "export NODE_EXTRA_CA_CERTS=<your company's CA certificate, a .pem file>";
}
