import type { Context, Handler } from "hono";
import type { Clock } from "../domain/clock.ts";
import { refuse } from "./answers.ts";
import { readJson } from "./body.ts";
import { statusOf } from "./status.ts";
import type { AdminMetrics, HistoryView, MetricsText, WorkerView } from "./worker-view.ts";

/** What the routes show. */
export interface RouteParts {
  readonly view: WorkerView;
  readonly metrics: MetricsText;
  readonly history: HistoryView;
  readonly clock: Clock;
  readonly version: string;
}

/** Everything is below this path, as it was in the bot platform that had these routes first. */
const ADMIN_PATH = "/api/admin/media/prewarm";

type Routes = Readonly<Record<string, Readonly<Partial<Record<"GET" | "POST", Handler>>>>>;

/** The guarded routes: path, then method. */
export function adminRoutes(parts: RouteParts): Routes {
  const { view, metrics } = parts;
  return {
    [`${ADMIN_PATH}/metrics`]: { GET: (c) => c.json({ ok: true, metrics: adminMetrics(view) }) },
    [`${ADMIN_PATH}/status`]: { GET: (c) => c.json({ ok: true, ...statusOf(parts) }) },
    [`${ADMIN_PATH}/control`]: { POST: (c) => control(c, view) },
    [`${ADMIN_PATH}/enqueue`]: { POST: (c) => enqueue(c, view) },
    "/metrics": { GET: async (c) => c.body(await metrics.text(), 200, { "content-type": metrics.type }) },
  };
}

/** The seven figures. What is under way holds a place each, so `processing_count` and `active_workers` are the same. */
function adminMetrics(view: WorkerView): AdminMetrics {
  const { depth, active, concurrency } = view.snapshot();
  return {
    queue_size: depth,
    processing_count: active,
    active_workers: active,
    max_concurrency: concurrency,
    max_queue_size: view.maxQueue,
    utilization_pct: concurrency > 0 ? Math.round((active / concurrency) * 100) : 0,
    worker_running: view.running,
  };
}

async function control(context: Context, view: WorkerView): Promise<Response> {
  const body = await readJson(context);
  if (!body.ok) return body.answer;
  const action = fieldOf(body.value, "action");
  if (action !== "start" && action !== "stop") return refuse(context, 400, "INVALID_ACTION");
  return context.json({ ok: true, worker_running: view.control(action) });
}

async function enqueue(context: Context, view: WorkerView): Promise<Response> {
  const body = await readJson(context);
  if (!body.ok) return body.answer;
  const taken = await view.enqueue(Array.isArray(body.value) ? body.value : [body.value]);
  if (!taken.ok) return refuse(context, 400, "INVALID_ENTRY", taken.problem);
  return context.json({ ok: true, accepted: taken.accepted, duplicates: taken.duplicates });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
