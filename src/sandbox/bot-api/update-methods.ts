import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import type { Fields } from "./fields.ts";
import type { Inbox, Update } from "./inbox.ts";
import type { BotApiWorld, MethodCall } from "./world.ts";

const LONGEST_POLL_SECONDS = 50;
const MOST_UPDATES = 100;
/** The default of the API. */
const WEBHOOK_CONNECTIONS = 40;

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

/** setWebhook: updates wait from now on, and polls are refused. Without a URL it is deleteWebhook. */
export function setWebhook({ bot, fields }: MethodCall, world: BotApiWorld): Answered<unknown> {
  const url = fields.get("url") ?? "";
  if (url !== "" && !/^https:\/\/[^\s/]/i.test(url))
    return refused(badRequest("bad webhook: An HTTPS URL must be provided for webhook"));
  const inbox = world.inboxOf(bot);
  allow(fields, inbox);
  inbox.setWebhook(url, fields.flag("drop_pending_updates"));
  return answered(true);
}

/** deleteWebhook. */
export function deleteWebhook({ bot, fields }: MethodCall, world: BotApiWorld): Answered<unknown> {
  world.inboxOf(bot).setWebhook("", fields.flag("drop_pending_updates"));
  return answered(true);
}

/** getWebhookInfo. */
export function getWebhookInfo({ bot }: MethodCall, world: BotApiWorld): Answered<unknown> {
  const { webhook: url, pending } = world.inboxOf(bot);
  return answered({
    url,
    has_custom_certificate: false,
    pending_update_count: pending,
    ...(url === "" ? {} : { max_connections: WEBHOOK_CONNECTIONS }),
  });
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
