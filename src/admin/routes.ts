import type { Context, Handler } from "hono";
import { ADMIN_PATH } from "../domain/advice.ts";
import type { Clock } from "../domain/clock.ts";
import { refuse } from "./answers.ts";
import { readJson } from "./body.ts";
import { fieldOf } from "./fields.ts";
import { RETRY_FORMS, retryRequestIn, retryRequestOf } from "./retry-request.ts";
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

/** PathHandlers of one path, by method. */
export type PathHandlers = Readonly<Partial<Record<"GET" | "POST", Handler>>>;
/** PathHandlers by path. */
export type GuardedRoutes = Readonly<Record<string, PathHandlers>>;

/** The guarded routes: path, then method. */
export function adminRoutes(parts: RouteParts): GuardedRoutes {
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

const CONTROL_FORMS = 'say {"action":"stop"} or {"action":"start"}';
const WORKER_FORMS = '"worker" is a number of the status, or "all"';
const ENQUEUE_FORMS = 'say {"key":"covers/a.jpg"}, or an array of such entries';

async function control(context: Context, view: WorkerView): Promise<Response> {
  const body = await readJson(context, CONTROL_FORMS);
  if (!body.ok) return body.answer;
  const action = fieldOf(body.value, "action");
  if (action !== "start" && action !== "stop") return refuse(context, 400, "INVALID_ACTION", CONTROL_FORMS);
  const worker = fieldOf(body.value, "worker");
  if (worker === undefined) {
    // In a fleet each worker goes by what stands in the ledger.
    if ((await view.fleet?.tell(action, view.fleet.id)) === "all_stopped") return refuseOne(context);
    return context.json({ ok: true, worker_running: view.control(action) });
  }
  return controlFleet(context, view, action, worker);
}

/** Another worker hears of it by the ledger, within seconds. */
async function controlFleet(
  context: Context,
  { fleet, running }: WorkerView,
  action: "start" | "stop",
  worker: unknown,
): Promise<Response> {
  if (worker !== "all" && !(typeof worker === "number" && Number.isInteger(worker)))
    return refuse(context, 400, "INVALID_ACTION", WORKER_FORMS);
  if (fleet === null) return refuse(context, 400, "NO_FLEET", "this worker works alone");
  const workers = await fleet.tell(action, worker);
  if (workers === "all_stopped") return refuseOne(context);
  if (workers === 0) return refuse(context, 404, "NO_SUCH_WORKER", `no worker ${worker} lives`);
  return context.json({ ok: true, worker_running: running, workers });
}

function refuseOne(context: Context): Response {
  return refuse(
    context,
    409,
    "ALL_STOPPED",
    'all workers are stopped; start all: {"action":"start","worker":"all"}',
  );
}

async function enqueue(context: Context, view: WorkerView): Promise<Response> {
  const body = await readJson(context, ENQUEUE_FORMS);
  if (!body.ok) return body.answer;
  const taken = await view.enqueue(Array.isArray(body.value) ? body.value : [body.value]);
  if (!taken.ok && taken.ending) return refuse(context, 503, "STOPPING", taken.problem);
  if (!taken.ok) return refuse(context, 400, "INVALID_ENTRY", taken.problem);
  const { accepted, duplicates, passedOver } = taken;
  const more = passedOver.length > 0 ? { passed_over: passedOver } : {};
  return context.json({ ok: true, accepted, duplicates, ...more });
}

/** What is asked for may stand in the address instead of a body: a line without quotes inside quotes can be pasted into any shell. */
async function retry(context: Context, view: WorkerView): Promise<Response> {
  const what = await retryRequest(context);
  if (what instanceof Response) return what;
  const taken = await view.retry(what);
  if (!taken.ok && taken.ending) return refuse(context, 503, "STOPPING", taken.problem);
  if (!taken.ok) return refuse(context, 400, "INVALID_RETRY", taken.problem);
  const { accepted, duplicates, passedOver, notFound } = taken;
  return context.json({ ok: true, accepted, duplicates, passed_over: passedOver, not_found: notFound });
}

async function retryRequest(context: Context): Promise<RetryRequest | Response> {
  const wrong = () => refuse(context, 400, "INVALID_RETRY", RETRY_FORMS);
  const { url } = context.req;
  if ((await context.req.text()) === "") return retryRequestIn(url) ?? wrong();
  const body = await readJson(context, RETRY_FORMS);
  if (!body.ok) return body.answer;
  return (new URL(url).search === "" ? retryRequestOf(body.value) : null) ?? wrong();
}
