import type { Context, Handler } from "hono";
import { ADMIN_PATH } from "../domain/advice.ts";
import { SELECTIONS } from "../domain/choices.ts";
import type { Clock } from "../domain/clock.ts";
import { refuse } from "./answers.ts";
import { readJson } from "./body.ts";
import { statusOf } from "./status.ts";
import type { AdminMetrics, HistoryView, MetricsText, RetryRequest, WorkerView } from "./worker-view.ts";

/** What the routes show. */
export interface RouteParts {
  readonly view: WorkerView;
  readonly metrics: MetricsText;
  readonly history: HistoryView;
  readonly clock: Clock;
  readonly version: string;
}

type Routes = Readonly<Record<string, Readonly<Partial<Record<"GET" | "POST", Handler>>>>>;

/** The guarded routes: path, then method. */
export function adminRoutes(parts: RouteParts): Routes {
  const { view, metrics } = parts;
  return {
    [`${ADMIN_PATH}/metrics`]: { GET: (c) => c.json({ ok: true, metrics: adminMetrics(view) }) },
    [`${ADMIN_PATH}/status`]: { GET: async (c) => c.json({ ok: true, ...(await statusOf(parts)) }) },
    [`${ADMIN_PATH}/control`]: { POST: (c) => control(c, view) },
    [`${ADMIN_PATH}/enqueue`]: { POST: (c) => enqueue(c, view) },
    [`${ADMIN_PATH}/retry`]: { POST: (c) => retry(c, view) },
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
  if (!taken.ok && taken.ending) return refuse(context, 503, "STOPPING", taken.problem);
  if (!taken.ok) return refuse(context, 400, "INVALID_ENTRY", taken.problem);
  const { accepted, duplicates, passedOver } = taken;
  const more = passedOver.length > 0 ? { passed_over: passedOver } : {};
  return context.json({ ok: true, accepted, duplicates, ...more });
}

/** The state may stand in the address instead of a body: a line without quotes inside quotes can be pasted into any shell. */
async function retry(context: Context, view: WorkerView): Promise<Response> {
  const status = context.req.query("status");
  const named = status !== undefined && (await context.req.text()) === "";
  const body = named ? { ok: true as const, value: { status } } : await readJson(context);
  if (!body.ok) return body.answer;
  if (status !== undefined && !named) return refuse(context, 400, "INVALID_RETRY", RETRY_FORMS);
  const what = retryRequestOf(body.value);
  if (what === null) return refuse(context, 400, "INVALID_RETRY", RETRY_FORMS);
  const taken = await view.retry(what);
  if (!taken.ok) return refuse(context, 503, "STOPPING", taken.problem);
  const { accepted, duplicates, passedOver, notFound } = taken;
  return context.json({ ok: true, accepted, duplicates, passed_over: passedOver, not_found: notFound });
}

const RETRY_FORMS = `say {"keys":["covers/a.jpg"]}, or {"status":"unknown"}, "failed" or "weak"`;

/** Null for anything but one of the two forms: a request that is half understood could post twice. */
function retryRequestOf(value: unknown): RetryRequest | null {
  const [keys, status] = [fieldOf(value, "keys"), fieldOf(value, "status")];
  if (Array.isArray(keys) && status === undefined)
    return keys.length > 0 && keys.every((key) => typeof key === "string" && key !== "") ? { keys } : null;
  const state = SELECTIONS.find((each) => each === status);
  return state !== undefined && keys === undefined ? { state } : null;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
