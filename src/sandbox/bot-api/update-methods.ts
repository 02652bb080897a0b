import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import type { Fields } from "./fields.ts";
import type { Inbox, Update } from "./inbox.ts";
import { isLoopback, type Webhook } from "./webhook.ts";
import type { BotApiWorld, MethodCall } from "./world.ts";

const LONGEST_POLL_SECONDS = 50;
const MOST_UPDATES = 100;
/** The default of the API, and the most. */
const WEBHOOK_CONNECTIONS = 40;
const MOST_CONNECTIONS = 100;
const SECRET_BYTES = 256;

/** getUpdates: what `/sandbox/control` put in for this bot. One poll at a time, and none beside a webhook. */
export function getUpdates(
  { bot, fields }: MethodCall,
  world: BotApiWorld,
): Promise<Answered<readonly Update[]>> {
  const inbox = world.inboxOf(bot);
  allow(fields, inbox);
  return inbox.poll({
    offset: Number.parseInt(fields.get("offset") ?? "0", 10) || 0,
    limit: Math.min(MOST_UPDATES, Math.max(1, fields.number("limit") ?? MOST_UPDATES)),
    seconds: Math.min(LONGEST_POLL_SECONDS, fields.number("timeout") ?? 0),
  });
}

/** setWebhook: updates go there from now on, and polls are refused. Without a URL it is deleteWebhook. */
export function setWebhook({ bot, fields }: MethodCall, world: BotApiWorld): Answered<unknown> {
  const url = fields.get("url") ?? "";
  const secret = fields.get("secret_token") ?? "";
  const wrong = problemOf(url, secret);
  if (wrong !== null) return refused(badRequest(wrong));
  const inbox = world.inboxOf(bot);
  allow(fields, inbox);
  const given = fields.number("max_connections") || WEBHOOK_CONNECTIONS;
  const hook = url === "" ? null : { url, secret, connections: Math.min(MOST_CONNECTIONS, given) };
  return place(hook, fields, inbox);
}

/** deleteWebhook. */
export function deleteWebhook({ bot, fields }: MethodCall, world: BotApiWorld): Answered<unknown> {
  return place(null, fields, world.inboxOf(bot));
}

/** getWebhookInfo. */
export function getWebhookInfo({ bot }: MethodCall, world: BotApiWorld): Answered<unknown> {
  const { webhook, pending, webhookError, allowed } = world.inboxOf(bot);
  return answered({
    url: webhook?.url ?? "",
    has_custom_certificate: false,
    pending_update_count: pending,
    ...(webhookError && { last_error_date: webhookError.at, last_error_message: webhookError.text }),
    ...(webhook && { max_connections: webhook.connections }),
    ...(allowed.length > 0 ? { allowed_updates: allowed } : {}),
  });
}

/** Plain HTTP is let through to this machine only: nobody has a certificate there. */
function problemOf(url: string, secret: string): string | null {
  if (url !== "" && !isLoopback(url) && !/^https:\/\/[^\s/]/i.test(url))
    return "bad webhook: An HTTPS URL must be provided for webhook";
  if (secret.length > SECRET_BYTES) return "secret token is too long";
  return /^[\w-]*$/.test(secret) ? null : "secret token contains unallowed characters";
}

function place(hook: Webhook | null, fields: Fields, inbox: Inbox): Answered<unknown> {
  const had = inbox.webhook !== null;
  inbox.setWebhook(hook, fields.flag("drop_pending_updates"));
  if (hook !== null) return answered(true, "Webhook was set");
  return answered(true, had ? "Webhook was deleted" : "Webhook is already deleted");
}

/** Takes over `allowed_updates` where it is a list; else what was said before stays. */
function allow(fields: Fields, inbox: Inbox): void {
  const text = fields.get("allowed_updates");
  if (text === null) return;
  try {
    const types: unknown = JSON.parse(text);
    if (Array.isArray(types)) inbox.allow(types.filter((type) => typeof type === "string"));
  } catch {
    // Not a list: the API leaves the types as they are.
  }
}
