import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** The body of every refusal: a stable name, and a sentence where the name alone does not help. */
interface Refusal {
  readonly ok: false;
  readonly error: string;
  readonly message?: string;
}

/** Refuses a request. */
export function refuse(
  context: Context,
  status: ContentfulStatusCode,
  error: string,
  message?: string,
): Response {
  const body: Refusal = message === undefined ? { ok: false, error } : { ok: false, error, message };
  return context.json(body, status);
}
