import { createHash } from "node:crypto";
import type { Context } from "hono";
import { ADMIN_PATH } from "../domain/advice.ts";
import type { IdDesk, WarmId } from "../ids/port.ts";
import { refuse } from "./answers.ts";
import { readJson } from "./body.ts";
import { fieldOf } from "./fields.ts";
import { LOOKUP_FORMS, queriesOf, queryIn, REPORT_FORMS, reportsOf } from "./ids-request.ts";
import type { GuardedRoutes } from "./routes.ts";

const [LOOKUP, REPORT] = [`${ADMIN_PATH}/lookup`, `${ADMIN_PATH}/report`];

/** The routes that a LOOKUP_TOKEN opens as well. */
export const ID_PATHS: readonly string[] = [LOOKUP, REPORT];

/** The routes by which bots look up ids and report what they learned. */
export function idRoutes(view: { readonly ids: IdDesk }): GuardedRoutes {
  return {
    [LOOKUP]: {
      GET: (context) => lookUp(context, view.ids),
      POST: (context) => lookUpMany(context, view.ids),
    },
    [REPORT]: { POST: (context) => report(context, view.ids) },
  };
}

/** Answers may be kept for half a minute by whoever asked, but by nobody for another. */
const KEPT = { "cache-control": "private, max-age=30", vary: "Authorization" };

async function lookUp(context: Context, ids: IdDesk): Promise<Response> {
  context.header("vary", KEPT.vary);
  const query = queryIn(context.req.url);
  if (query === null) return refuse(context, 400, "INVALID_LOOKUP", LOOKUP_FORMS);
  const [found = null] = await ids.fileIds([query]);
  if (found === null) return refuse(context, 404, "NOT_WARM");
  const body = JSON.stringify({ ok: true, ...written(found) });
  const headers = { ...KEPT, etag: `"${createHash("sha1").update(body).digest("base64url")}"` };
  if (matches(context.req.header("if-none-match"), headers.etag)) return context.body(null, 304, headers);
  return context.body(body, 200, { ...headers, "content-type": "application/json" });
}

/** Whether an If-None-Match (RFC 9110, 13.1.2) names this ETag. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === "*" || header.split(",").some((each) => each.trim().replace(/^W\//, "") === etag);
}

async function lookUpMany(context: Context, ids: IdDesk): Promise<Response> {
  context.header("vary", KEPT.vary);
  const body = await readJson(context, LOOKUP_FORMS);
  if (!body.ok) return body.answer;
  const queries = queriesOf(fieldOf(body.value, "keys"));
  if (typeof queries === "string") return refuse(context, 400, "INVALID_LOOKUP", queries);
  const found = await ids.fileIds(queries);
  return context.json({
    ok: true,
    ids: queries.map(({ key }, at) => {
      const id = found[at] ?? null;
      return id && { key, ...written(id) };
    }),
  });
}

function written({ fileId, kind, weak }: WarmId) {
  return { file_id: fileId, kind, weak };
}

async function report(context: Context, ids: IdDesk): Promise<Response> {
  const body = await readJson(context, REPORT_FORMS);
  if (!body.ok) return body.answer;
  const reports = reportsOf(fieldOf(body.value, "reports") ?? [body.value]);
  if (typeof reports === "string") return refuse(context, 400, "INVALID_REPORT", reports);
  const taken = await ids.report(reports);
  if (taken.ok) return context.json({ ok: true, accepted: taken.accepted });
  context.header("retry-after", String(taken.retryAfter));
  return refuse(context, 429, "TOO_MANY_REPORTS", `send them again in ${taken.retryAfter} seconds`);
}
