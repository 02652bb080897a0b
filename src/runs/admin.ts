import { History } from "../admin/history/history.ts";
import { prometheusMetrics } from "../admin/prometheus/prometheus.ts";
import { type AdminServer, startAdminServer } from "../admin/server.ts";
import type { WorkerView } from "../admin/worker-view.ts";
import type { Connections } from "../compose/connect.ts";
import { ADMIN_TOKEN } from "../config/settings.ts";
import type { WorkerConfig } from "../config/worker-config.ts";
import type { Emitter } from "../domain/events.ts";

export interface AdminParts {
  readonly config: WorkerConfig;
  readonly connections: Connections;
  readonly events: Emitter;
  readonly view: WorkerView;
  readonly version: string;
}

/** The admin server of a worker, with all that it shows. Throws ConfigError when it cannot listen. */
export function startAdmin({ config, connections, events, view, version }: AdminParts): Promise<AdminServer> {
  const { clock } = connections;
  const { host, port, adminToken: token, lookupToken } = config;
  const bots = config.bots.map(({ slug }) => slug);
  const history = new History(events, clock, () => view.snapshot().depth);
  const metrics = prometheusMetrics({ events, view, clock, bots, version });
  const onError = (error: unknown) =>
    events.emit("notice", {
      level: "warn",
      text: `the admin server met an error and goes on: ${error instanceof Error ? error.message : error}`,
    });
  const tokenSource = config.origins[ADMIN_TOKEN] ?? null;
  const parts = { view, metrics, history, clock, version, onError };
  return startAdminServer({ host, port, token, lookupToken, tokenSource, ...parts });
}
