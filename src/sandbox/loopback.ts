import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Listens on 127.0.0.1 (`port` 0 for a free one) and returns the URL, without a trailing slash. Rejects when the port
 * is taken.
 */
export function listenOnLoopback(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

/** Stops a server and cuts its connections. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/**
 * Ends a request whose handling threw. A client that went away in the middle needs no answer; anything else is a bug
 * and is rethrown.
 */
export function abandon(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  response.destroy();
  if (!request.errored) throw error;
}
