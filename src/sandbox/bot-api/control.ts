import * as v from "valibot";
import { FaultFileError, type FaultRule, parseFaults } from "../fault-rules.ts";
import { faultPlan } from "../faults.ts";
import type { FloodLimits } from "../flood-control/limits.ts";
import type { MsRange } from "../profiles.ts";
import type { BotIdentity } from "./bots.ts";
import type { Chat } from "./chats.ts";
import { killIds } from "./control-ids.ts";
import { botsNamed, ControlError, type ControlStep, chatNamed } from "./control-names.ts";
import { deletePosts, putPosts } from "./control-posts.ts";
import {
  type BotOrder,
  type ChatOrder,
  Control,
  type ControlOrder,
  type NewChatOrder,
  type OutageOrder,
  type RichOrder,
} from "./control-schema.ts";
import { putUpdate } from "./control-updates.ts";
import { changeMembership, tellMembership } from "./membership.ts";
import type { RichOptions } from "./rich-options.ts";
import { type BotApiWorld, sinceStart } from "./world.ts";

/** How the server was started, for `reset`. */
export interface Beginning {
  readonly faults: readonly FaultRule[];
  readonly uploadLatencyMs: MsRange | null;
  readonly seed: number;
  readonly rich: RichOptions;
}

/** Changes a running server. Returns null, or one line that says what is wrong with the order; then nothing was changed. */
export function applyControl(input: unknown, world: BotApiWorld, beginning: Beginning): string | null {
  const parsed = v.safeParse(Control, input);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const path = v.getDotPath(issue);
    return path === null ? issue.message : `${path}: ${issue.message}`;
  }
  return carryOut(parsed.output, world, beginning);
}

function carryOut(order: ControlOrder, world: BotApiWorld, beginning: Beginning): string | null {
  if (Object.keys(order).length === 0)
    return `nothing to do: give ${Object.keys(Control.entries).join(", ")}`;
  try {
    const steps = stepsOf(order, world, beginning);
    for (const step of steps) step();
    return null;
  } catch (error) {
    if (error instanceof ControlError || error instanceof FaultFileError) return error.message;
    throw error;
  }
}

/** Looks over the whole order before anything is changed. Throws {@link ControlError} and {@link FaultFileError}. */
function stepsOf(order: ControlOrder, world: BotApiWorld, beginning: Beginning): ControlStep[] {
  const { chat, frozen, outage, faults, upload_latency_ms: latency, update, dead } = order;
  const steps = [
    order.reset && (() => reset(world, beginning)),
    chat && changeChat(chat, world),
    order.bot && changeBot(order.bot, world),
    frozen && freeze(frozen, world),
    outage !== undefined && changeOutage(outage, world),
    faults && changeFaults(faults, world, beginning),
    latency !== undefined && changeLatency(latency, world),
    order.rich && changeRich(order.rich, world),
    order.add_chat && addChat(order.add_chat, world),
    order.post !== undefined && putPosts(order.post, world),
    order.delete_messages && deletePosts(order.delete_messages, world),
    update && putUpdate(update, world),
    dead && killIds(dead, world),
  ];
  return steps.filter((step) => typeof step === "function");
}

function reset(world: BotApiWorld, { faults, uploadLatencyMs, seed, rich }: Beginning): void {
  world.posted.clear();
  world.calls.clear();
  world.chats.reset();
  world.flood.reset();
  for (const bot of world.bots.list) world.inboxOf(bot).clear();
  world.live.faults = faultPlan(faults, "bot-api", seed);
  world.live.uploadLatencyMs = uploadLatencyMs;
  world.live.outage = null;
  world.live.people.abort();
  world.live.rich = rich;
}

function changeChat(order: ChatOrder, world: BotApiWorld): ControlStep {
  const chat = chatNamed(order.id, world);
  const bots = botsNamed(order.bot, world);
  return () => {
    const limits = limitsOf(order);
    if (limits !== undefined) world.flood.configure(chat, limits);
    changeMembers(order, chat, bots, world);
    changeRight(chat.taken.edit, order.edit_messages, bots);
    changeRight(chat.taken.delete, order.delete_messages, bots);
    if (order.restrict) chat.restricted = new Set(order.restrict);
    chat.readOnly = order.read_only ?? chat.readOnly;
    chat.deleted = order.delete ?? chat.deleted;
    chat.guarded = order.protect ?? chat.guarded;
    if (order.migrate_to !== undefined) migrate(chat, order.migrate_to, world);
  };
}

/** The limits that bots have over all their chats. */
function changeBot(order: BotOrder, world: BotApiWorld): ControlStep {
  const bots = botsNamed(order.id, world);
  const limits = limitsOf(order);
  if (limits === undefined)
    throw new ControlError("bot: say what its limit is: rate, burst, model, unlimited");
  return () => {
    for (const bot of bots) world.flood.configureBot(bot, limits);
  };
}

function changeMembers(
  { kick, left }: ChatOrder,
  chat: Chat,
  bots: readonly BotIdentity[],
  world: BotApiWorld,
): void {
  if (kick === undefined && left === undefined) return;
  for (const bot of bots) changeMembership(chat, bot, kick ? "kicked" : left ? "left" : "member", world);
}

function changeRight(taken: Set<number>, given: boolean | undefined, bots: readonly BotIdentity[]): void {
  if (given === undefined) return;
  for (const { id } of bots) given ? taken.delete(id) : taken.add(id);
}

function addChat({ id, type, title, username, members }: NewChatOrder, world: BotApiWorld): ControlStep {
  if (world.chats.find(String(id))) throw new ControlError(`add_chat.id: chat ${id} is there already`);
  for (const name of members ?? []) botsNamed(name, world);
  const given = {
    ...(username === undefined ? {} : { username }),
    ...(members === undefined ? {} : { members }),
  };
  return () => {
    const chat = world.chats.add({ id, type, title, ...given });
    for (const bot of world.bots.list)
      if (chat.membership.get(bot.id) === "member") tellMembership(chat, bot, "left", world);
  };
}

/** Returns `undefined` when the order does not mention limits. */
function limitsOf(
  order: BotOrder & Pick<ChatOrder, "flood_as_400">,
): Partial<FloodLimits> | null | undefined {
  if (order.unlimited) return null;
  const { model, rate, burst, absorb_ms: absorbMs, penalty_ms: penaltyMs, flood_as_400: floodAs400 } = order;
  const given = Object.entries({ model, rate, burst, absorbMs, penaltyMs, floodAs400 }).filter(
    ([, value]) => value !== undefined,
  );
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function migrate(chat: Chat, to: number, world: BotApiWorld): void {
  if (!world.chats.find(String(to))) {
    const { username: _, ...rest } = chat.options;
    world.chats.add({ ...rest, id: to, type: "supergroup" });
  }
  chat.migratedTo = to;
}

function freeze(
  order: { chat: string | number; bot?: string | number | undefined; seconds: number },
  world: BotApiWorld,
): ControlStep {
  const chat = chatNamed(order.chat, world);
  const bots = botsNamed(order.bot, world);
  return () => world.flood.freeze(chat, bots, order.seconds * 1000);
}

function changeOutage(order: OutageOrder | null, world: BotApiWorld): ControlStep {
  return () => {
    world.live.outage = order && {
      until: sinceStart(world) + (order.seconds ?? Number.POSITIVE_INFINITY) * 1000,
      plan: faultPlan([{ server: "bot-api", match: {}, fault: outageFault(order) }], "bot-api", 1),
    };
  };
}

function outageFault({ mode, status, body }: OutageOrder): FaultRule["fault"] {
  if (mode === "hang") return { type: "half_open", posted: false };
  if (mode === "reset") return { type: "reset", when: "before_answer", after_bytes: 0, posted: false };
  return { type: "status", status, body, posted: false };
}

function changeRich(order: RichOrder, { live }: BotApiWorld): ControlStep {
  const given = Object.entries(order).filter(([, value]) => value !== undefined);
  return () => {
    live.rich = { ...live.rich, ...Object.fromEntries(given) };
  };
}

function changeFaults(rules: readonly unknown[], world: BotApiWorld, { seed }: Beginning): ControlStep {
  const parsed = parseFaults(rules);
  return () => {
    world.live.faults = faultPlan(parsed, "bot-api", seed);
  };
}

function changeLatency(range: [number, number] | null, world: BotApiWorld): ControlStep {
  return () => {
    world.live.uploadLatencyMs = range;
  };
}
