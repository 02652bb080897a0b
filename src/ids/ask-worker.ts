/** How to call a worker. */
export interface WorkerCall {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** A worker that did not answer, or not as asked. Never holds the token. */
export class WorkerError extends Error {
  /** HTTP status; null where no answer came. */
  readonly status: number | null;
  /** Seconds after which it may be asked again. */
  readonly retryAfter: number | null;

  constructor(message: string, status: number | null = null, retryAfter: number | null = null) {
    super(message);
    this.name = "WorkerError";
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * Makes one request: GET, or POST with a body. Rejects with a {@link WorkerError} but for 200 and 404 as a worker answers them: the
 * login page of something before it says nothing of ids.
 */
export async function askWorker(call: WorkerCall, path: string, sent?: object) {
  const { base, headers, timeoutMs } = call;
  const host = new URL(base).host;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), timeoutMs);
  try {
    const init = sent === undefined ? { headers } : posted(headers, sent);
    const response = await fetch(`${base}${path}`, { ...init, signal: stop.signal });
    const { status } = response;
    const text = await response.text();
    const body = parsed(text);
    if (isRecord(body) && (status === 200 ? body.ok === true : body.error === "NOT_WARM" && status === 404))
      return { status, body };
    throw new WorkerError(`${host} answered ${status}${hint(status)}`, status, secondsOf(response.headers));
  } catch (error) {
    if (error instanceof WorkerError) throw error;
    const why = stop.signal.aborted ? `no answer within ${timeoutMs} ms` : "it could not be reached";
    throw new WorkerError(`the worker at ${host} was asked for ids: ${why}; messages go without them`);
  } finally {
    clearTimeout(timer);
  }
}

function posted(headers: Readonly<Record<string, string>>, sent: object) {
  return {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(sent),
  };
}

function hint(status: number): string {
  if (status === 401)
    return ": its LOOKUP_TOKEN or ADMIN_API_TOKEN is another one than the `token` given here";
  return status === 404 || status === 200 ? ": this is not the address of a prewarm worker" : "";
}

function secondsOf(headers: Headers): number | null {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** True for what may have members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
