import { type Context, Hono } from "hono";
import type { Secret } from "../domain/secret.ts";
import { refuse } from "./answers.ts";
import { limitBody, limitIds } from "./body.ts";
import { ADMIN_TOKEN, browserGuard, LOOKUP_TOKEN, tokenGuard } from "./guards.ts";
import { ID_PATHS, idRoutes } from "./ids.ts";
import type { StatusPage } from "./page/page.ts";
import { adminRoutes, type PathHandlers, type RouteParts } from "./routes.ts";

export interface AppParts extends RouteParts {
  readonly token: Secret | null;
  /** May only look up and report. */
  readonly lookupToken?: Secret | null;
  /** Where the token stands, such as `.env ADMIN_API_TOKEN`; null where that is not to be told. */
  readonly tokenSource?: string | null;
  readonly page: StatusPage;
  /** Called with exceptions in handlers; the client only learns that there was one. */
  readonly onError: (error: unknown) => void;
}

/** The guarded routes and the two open ones, as a function of a request. */
export function adminApp(parts: AppParts): Hono {
  const { token, lookupToken = null, tokenSource, page, view } = parts;
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    if (!context.res.headers.has("cache-control")) context.header("cache-control", "no-store");
    context.header("x-content-type-options", "nosniff");
    context.header("referrer-policy", "no-referrer");
  });
  const guard =
    token === null ? browserGuard : tokenGuard([token], { name: ADMIN_TOKEN, source: tokenSource ?? null });
  const bots = [token, lookupToken].filter((each) => each !== null);
  const botGuard =
    bots.length === 0
      ? browserGuard
      : tokenGuard(bots, { name: lookupToken === null ? ADMIN_TOKEN : LOOKUP_TOKEN, source: null });
  for (const path of ID_PATHS) app.use(path, botGuard);
  app.use("/api/*", (context, next) => (ID_PATHS.includes(context.req.path) ? next() : guard(context, next)));
  app.use("/metrics", guard);
  if (token === null) app.use("/", browserGuard);
  for (const [path, handlers] of Object.entries(adminRoutes(parts))) route(app, path, handlers);
  for (const [path, handlers] of Object.entries(idRoutes(view))) route(app, path, handlers, limitIds);
  route(app, "/healthz", { GET: (context) => health(context, view) });
  route(app, "/", { GET: (context) => context.html(page.html, 200, page.headers) });
  app.notFound((context) => refuse(context, 404, "NOT_FOUND"));
  app.onError((error, context) => {
    parts.onError(error);
    return refuse(context, 500, "INTERNAL");
  });
  return app;
}

/** PathHandlers of one path by method; other methods get 405 with those that are allowed. */
function route(app: Hono, path: string, handlers: PathHandlers, limit = limitBody): void {
  if (handlers.GET) app.get(path, handlers.GET);
  if (handlers.POST) app.post(path, limit, handlers.POST);
  const allowed = [...(handlers.GET ? ["GET", "HEAD"] : []), ...(handlers.POST ? ["POST"] : [])].join(", ");
  app.all(path, (context) => {
    context.header("allow", allowed);
    return refuse(context, 405, "METHOD_NOT_ALLOWED", `allowed here: ${allowed}`);
  });
}

/**
 * Open to everybody, so it says one word only. A worker that lives is healthy even while R2 or a bot is out of
 * order, since a restart would not help: `degraded` with 200. One that ends takes no new work: 503.
 */
function health(context: Context, { stopping, troubles }: AppParts["view"]): Response {
  if (stopping) return context.json({ ok: false, status: "stopping" }, 503);
  return context.json({ ok: true, status: troubles.length > 0 ? "degraded" : "ok" });
}
