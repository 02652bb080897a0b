import * as v from "valibot";
import { FaultFileError, type FaultRule, parseFaults } from "../fault-rules.ts";
import { faultPlan } from "../faults.ts";
import type { FloodLimits } from "../flood-control/limits.ts";
import type { MsRange } from "../profiles.ts";
import type { BotIdentity } from "./bots.ts";
import type { Chat } from "./chats.ts";
import { type ChatOrder, Control, type ControlOrder, type OutageOrder } from "./control-schema.ts";
import { type BotApiWorld, sinceStart } from "./world.ts";

/** How the server was started, for `reset`. */
export interface Beginning {
  readonly faults: readonly FaultRule[];
  readonly uploadLatencyMs: MsRange | null;
  readonly seed: number;
}

/** Why an order was not carried out; nothing was changed. */
class ControlError extends Error {}

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
    return "nothing to do: give reset, chat, frozen, outage, faults or upload_latency_ms";
  try {
    const steps = [
      order.reset && (() => reset(world, beginning)),
      order.chat && changeChat(order.chat, world),
      order.frozen && freeze(order.frozen, world),
      order.outage !== undefined && changeOutage(order.outage, world),
      order.faults && changeFaults(order.faults, world, beginning),
      order.upload_latency_ms !== undefined && changeLatency(order.upload_latency_ms, world),
    ];
    for (const step of steps) if (step) step();
    return null;
  } catch (error) {
    if (error instanceof ControlError || error instanceof FaultFileError) return error.message;
    throw error;
  }
}

type Step = () => void;

function reset(world: BotApiWorld, { faults, uploadLatencyMs, seed }: Beginning): void {
  world.posted.clear();
  world.calls.clear();
  world.chats.reset();
  world.flood.reset();
  world.live.faults = faultPlan(faults, "bot-api", seed);
  world.live.uploadLatencyMs = uploadLatencyMs;
  world.live.outage = null;
}

function changeChat(order: ChatOrder, world: BotApiWorld): Step {
  const chat = chatNamed(order.id, world);
  const bots = botsNamed(order.bot, world);
  return () => {
    const limits = limitsOf(order);
    if (limits !== undefined) world.flood.configure(chat, limits);
    changeMembers(order, chat, bots);
    if (order.restrict) chat.restricted = new Set(order.restrict);
    chat.readOnly = order.read_only ?? chat.readOnly;
    chat.deleted = order.delete ?? chat.deleted;
    if (order.migrate_to !== undefined) migrate(chat, order.migrate_to, world);
  };
}

function changeMembers({ kick, left }: ChatOrder, chat: Chat, bots: readonly BotIdentity[]): void {
  if (kick === undefined && left === undefined) return;
  for (const { id } of bots) chat.membership.set(id, kick ? "kicked" : left ? "left" : "member");
}

/** Returns `undefined` when the order does not mention limits. */
function limitsOf(order: ChatOrder): Partial<FloodLimits> | null | undefined {
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
): Step {
  const chat = chatNamed(order.chat, world);
  const bots = botsNamed(order.bot, world);
  return () => world.flood.freeze(chat, bots, order.seconds * 1000);
}

function changeOutage(order: OutageOrder | null, world: BotApiWorld): Step {
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

function changeFaults(rules: readonly unknown[], world: BotApiWorld, { seed }: Beginning): Step {
  const parsed = parseFaults(rules);
  return () => {
    world.live.faults = faultPlan(parsed, "bot-api", seed);
  };
}

function changeLatency(range: [number, number] | null, world: BotApiWorld): Step {
  return () => {
    world.live.uploadLatencyMs = range;
  };
}

function chatNamed(name: string | number, world: BotApiWorld): Chat {
  const chat = world.chats.find(String(name));
  if (chat === undefined) throw new ControlError(`the sandbox has no chat ${name}`);
  return chat;
}

function botsNamed(name: string | number | undefined, world: BotApiWorld): readonly BotIdentity[] {
  if (name === undefined) return world.bots.list;
  const bot = world.bots.find(name);
  if (bot === undefined) throw new ControlError(`the sandbox has no bot ${name}`);
  return [bot];
}
