import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ConfigError } from "../config/error.ts";
import type { WorkerDoor } from "../domain/advice.ts";
import { isLoopback, openHostProblem } from "../domain/host.ts";
import type { Secret } from "../domain/secret.ts";
import { adminApp } from "./app.ts";
import { statusPage } from "./page/page.ts";
import type { RouteParts } from "./routes.ts";

/** How long and how often strangers may keep the server busy. Milliseconds of real time. */
interface AdminLimits {
  /** Until all headers of a request have come. */
  readonly headersMs: number;
  /** Until a whole request has come. */
  readonly requestMs: number;
  /** How often these two are looked at. */
  readonly checkMs: number;
  /** Connections at the same time; more are closed at once. */
  readonly connections: number;
  /** How long an answer under way may take once the server closes. */
  readonly closeMs: number;
}

const LIMITS: AdminLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  checkMs: 2_000,
  connections: 128,
  closeMs: 1_000,
};

export interface AdminServerOptions extends RouteParts {
  /** Address or name to listen on; others than loopback need a token. */
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** What `/api` and `/metrics` ask for; null leaves them open, to this machine alone. An empty one counts as null. */
  readonly token: Secret | null;
  /** May only look up and report; it does not open the API to others. */
  readonly lookupToken?: Secret | null;
  /** Where the token stands, such as `.env ADMIN_API_TOKEN`: told to this machine alone. */
  readonly tokenSource?: string | null;
  readonly limits?: Partial<AdminLimits>;
  /** Called with exceptions in handlers, which the worker survives. */
  readonly onError?: (error: unknown) => void;
}

export interface AdminServer extends WorkerDoor {
  /** Stops listening, ends idle connections at once and answers under way within a second. Safe to call again. */
  close(): Promise<void>;
}

/**
 * Serves the admin API, Prometheus metrics, `/healthz` and the status page.
 * Throws ConfigError in one line when the port is taken or not allowed, when the host is not of this machine, and when it is
 * reachable from others without a token.
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  refuseOpen(openHostProblem("--host", options.host, options.token));
  const token = options.token?.reveal().trim() ? options.token : null;
  const limits = { ...LIMITS, ...options.limits };
  const tokenSource = isLoopback(options.host) ? (options.tokenSource ?? null) : null;
  const lookupToken = options.lookupToken?.reveal().trim() ? options.lookupToken : null;
  const server = serverOf({ ...options, token, lookupToken, tokenSource }, limits);
  await listen(server, options);
  const address = server.address() as AddressInfo;
  // A name such as localhost may lead elsewhere by /etc/hosts.
  const open = openHostProblem(`--host ${options.host}`, address.address, token);
  if (open !== null) server.close();
  refuseOpen(open);
  const host = reachableAt(options.host);
  const name = host.includes(":") ? `[${host.replace(/^\[|\]$/g, "")}]` : host;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${name}:${address.port}`,
    guarded: token !== null,
    close: () => {
      closing ??= close(server, limits.closeMs);
      return closing;
    },
  };
}

/** All addresses of this machine are no address to go to. */
function reachableAt(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return /^\[?::\]?$/.test(host) ? "::1" : host;
}

function refuseOpen(problem: string | null): void {
  if (problem !== null) throw new ConfigError([problem]);
}

function serverOf(options: AdminServerOptions, limits: AdminLimits): Server {
  const app = adminApp({ ...options, page: statusPage(), onError: options.onError ?? (() => {}) });
  const listener = getRequestListener((request) => app.fetch(standard(request)), {
    overrideGlobalObjects: false,
    errorHandler: () => Response.json({ ok: false, error: "BAD_REQUEST" }, { status: 400 }),
  });
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkMs,
    },
    listener,
  );
  server.maxConnections = limits.connections;
  // Once it closes, a connection whose answer is out is not kept for a next request.
  server.on("request", (_, response) =>
    response.once("finish", () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    }),
  );
  return server;
}

/**
 * A request with a body as one of the platform's own, which hono's body limit can make another of. The adapter's is only
 * like one, unless it may replace the global `Request`. Of others nothing is asked: their members are made when they are read, which
 * costs more than a lookup does.
 */
function standard(request: Request): Request {
  if (request.method !== "POST") return request;
  const { url, method, headers, body, signal } = request;
  return body ? new Request(url, { method, headers, body, signal, duplex: "half" }) : request;
}

async function listen(server: Server, { host, port, onError = () => {} }: AdminServerOptions): Promise<void> {
  try {
    const listening = once(server, "listening");
    server.listen(port, host.replace(/^\[|\]$/g, ""));
    await listening;
    // Trouble with accepting, such as no file descriptor left, ends no worker.
    server.on("error", onError);
  } catch (error) {
    throw new ConfigError([problemOf(error, host, port)]);
  }
}

const LAST_PRIVILEGED = 1023;

/**
 * Why nothing listens there, and what to do.
 * @internal
 */
export function problemOf(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const known: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is taken by another program; choose another with --port, or end the other one (it may be another worker)`,
    EACCES:
      port > LAST_PRIVILEGED
        ? `port ${port} is reserved by this system, as Hyper-V, WSL and Docker do in ranges (netsh interface ipv4 show excludedportrange protocol=tcp); choose another with --port`
        : `this user may not listen on port ${port}; choose one above ${LAST_PRIVILEGED} with --port`,
    EADDRNOTAVAIL: `${host} is not an address of this machine; use --host 127.0.0.1, or 0.0.0.0 with ADMIN_API_TOKEN set`,
    ENOTFOUND: `the host ${host} cannot be resolved; use --host 127.0.0.1, or 0.0.0.0 with ADMIN_API_TOKEN set`,
    ERR_SOCKET_BAD_PORT: `${port} is not a port number; use --port with one from 0 to 65535`,
  };
  return known[code] ?? `cannot listen on ${host}:${port} (${code}); choose others with --host and --port`;
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
