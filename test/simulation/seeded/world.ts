import { createHash } from "node:crypto";
import { loadWorkerConfig, type WorkerConfig } from "../../../src/config/worker-config.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { DOCUMENTED_RICH } from "../../../src/sandbox/bot-api/rich-options.ts";
import { SimulatedBucket } from "./bucket.ts";
import { SimulatedDisk } from "./disk.ts";
import { Draw } from "./draw.ts";
import type { ProofPart } from "./pack-plan.ts";
import type { Happening, Part, Scenario } from "./scenario.ts";
import { Schedule } from "./schedule.ts";
import { type Chat, SimulatedTelegram, type Twist } from "./telegram.ts";
import { type SeenCall, type ToldWait, Wires } from "./wire.ts";

/** Processes that live beside one another. */
export interface Company {
  /** Whether who made this call could not know of a wait that another process was told. */
  couldNotKnow(call: SeenCall, wait: ToldWait): boolean;
  /** One of them stood still, or nobody was there to ask for the ledger: its calls may be taken for those of a dead one. */
  readonly haveStoodStill: boolean;
  /** Whether who made this call has stood still since. */
  hasStoodStill(call: SeenCall): boolean;
  /** Whether who made this call had stood still since it was told that it may. */
  isLate(call: SeenCall): boolean;
}

/** A death of a process, or an order to end at once. */
export interface Death {
  readonly at: number;
  readonly by: object;
  readonly place: string;
}

const PROOF = `
  insert or replace into prewarm_proofs (bot_slug, scope, what, result, evidence, at) values (?1, ?2, ?3, ?4, '{}', ?5)`;

/** The highest id of a channel or a supergroup here. */
const SUPERGROUPS = -1_001_000_000_000;

/** Bucket, Telegram, disk and time of one scenario. */
export class World {
  readonly scenario: Scenario;
  readonly schedule: Schedule;
  readonly draw: Draw;
  readonly disk = new SimulatedDisk();
  readonly bucket = new SimulatedBucket();
  readonly telegram: SimulatedTelegram;
  readonly wires: Wires;
  readonly config: WorkerConfig;
  readonly deaths: Death[] = [];
  /** Moments at which the machine's clock was set forward. */
  readonly jumps: number[] = [];
  /** Milliseconds by which it was set back in all: so long it may say that something has yet to come which was. */
  setBackMs = 0;
  /** When a bot was given the right to edit posts of others. */
  readonly rightsGiven: { readonly bot: string; readonly chat: string; readonly at: number }[] = [];
  /** Processes that opened a ledger of their own. */
  lives = 0;
  /** Calls were cut off by an order to end at once. */
  aborts = 0;
  /** What processes told people. */
  readonly told: string[] = [];
  /** What nobody expected: errors that were thrown. */
  readonly surprises: string[] = [];
  /** Takes entries by name while a worker lives. */
  enqueue: (key: string, again: boolean) => void = () => {};
  /** What is known of processes that live beside one another; null where they come after one another. */
  company: Company | null = null;
  /** Ends the process that lives. */
  kill: () => void = () => {};

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.draw = new Draw(scenario.seed, 2);
    this.schedule = new Schedule(this.draw);
    const chats = scenario.chats.map(({ type, limits }, at): Chat => {
      // What an id is of can be told from its size (core.telegram.org/api/bots/ids).
      const id = String(type === "group" ? -4001 - at : SUPERGROUPS - at);
      const sets = { kicked: new Set<string>(), refuses: new Set<string>(), former: new Set<string>() };
      return { id, type, limits, ...sets, editors: new Set(), isProtected: false, wasProtected: false };
    });
    const bots = scenario.bots.map(({ id }) => id);
    this.telegram = new SimulatedTelegram(chats, bots, {
      bucket: this.bucket,
      now: this.schedule.now,
      rich: scenario.packs?.rich ?? DOCUMENTED_RICH,
    });
    this.wires = new Wires(this.schedule, this.draw, this.telegram);
    this.wires.jump = (ms) => this.#jump(ms);
    this.config = configOf(
      scenario,
      chats.map(({ id }) => id),
    );
    for (const part of scenario.parts) this.#place(part);
  }

  /** Media servers make of photos what they make of them later. */
  turn(): void {
    for (const part of this.scenario.parts) if (part.type === "twist" && part.later) this.#twist(part);
  }

  /** All that is out of order is in order again, and stays so. */
  calmDown(): void {
    this.schedule.forget(this);
    this.bucket.faults.clear();
    for (const faults of Object.values(this.wires.faults)) faults.clear();
    for (const chat of this.telegram.chats) {
      chat.kicked.clear();
      chat.refuses.clear();
      chat.isProtected = false;
      chat.editors.clear();
    }
  }

  close(): void {
    this.wires.close();
    this.disk.close();
  }

  #place(part: Part): void {
    if (part.type === "object") this.bucket.put(part.key, part.content, part.parts);
    else if (part.type === "bucket") this.bucket.faults.set(part.nth, part.fault);
    else if (part.type === "send" || part.type === "look" || part.type === "read")
      this.wires.faults[part.type].set(part.nth, part.fault);
    else if (part.type === "event") this.schedule.after(part.at, () => this.happen(part.what), this);
    else if (part.type === "twist" && !part.later) this.#twist(part);
    else if (part.type === "proof") this.#prove(part);
  }

  /** Of chats, a proof is one of all of a type. */
  #prove({ bot, what, result, ageMs }: ProofPart): void {
    const slug = this.scenario.bots[bot]?.slug;
    if (slug === undefined) return;
    // A group may become a supergroup.
    const types = this.telegram.chats.map(({ type }) => type);
    const scopes = what.startsWith("ids:") ? ["*"] : new Set([...types, "supergroup"]);
    for (const scope of scopes)
      this.disk.write(PROOF, [slug, scope, what, result, this.schedule.wall() - ageMs]);
  }

  /** Does it at once. */
  happen(what: Happening): void {
    if (what.type === "put") this.bucket.put(what.key, what.content);
    else if (what.type === "remove") this.bucket.remove(what.key);
    else if (what.type === "enqueue" || what.type === "retry") this.enqueue(what.key, what.type === "retry");
    else if (what.type === "jump") this.#jump(what.ms);
    else if (what.type === "kill") this.kill();
    else if ("chat" in what) this.#inChat(what);
  }

  #inChat(what: Extract<Happening, { chat: number }>): void {
    const chat = this.telegram.chats[what.chat];
    if (!chat) return;
    const bot = "bot" in what ? (this.scenario.bots[what.bot]?.id ?? "") : "";
    if (what.type === "kick") chat.kicked.add(bot);
    else if (what.type === "readmit") chat.kicked.delete(bot);
    else if (what.type === "refuse") chat.refuses.add(what.kind);
    else if (what.type === "take") chat.refuses.delete(what.kind);
    else if (what.type === "post") this.telegram.postOfOthers(chat, what.button);
    else if (what.type === "let edit") this.#letEdit(bot, chat);
    else if (what.type === "forbid edits") chat.editors.delete(bot);
    else if (what.type === "protect") chat.isProtected = chat.wasProtected = true;
    else if (what.type === "freeze") this.telegram.freeze(bot, chat, what.seconds * 1000);
    else if (chat.type === "group" && chat.former.size === 0) {
      chat.former.add(chat.id);
      chat.id = String(SUPERGROUPS + Number(chat.id));
    }
  }

  #letEdit(bot: string, chat: Chat): void {
    chat.editors.add(bot);
    this.rightsGiven.push({ bot, chat: chat.id, at: this.schedule.now() });
  }

  /** The clock was set forward while it was on its way, so that its call seemed to be long over when it was looked for. */
  isOutOfTime({ at, askedAt }: { readonly at: number; readonly askedAt: number }): boolean {
    return this.jumps.some((jump) => jump >= askedAt && jump <= at);
  }

  #twist({ content, twist }: { readonly content: string; readonly twist: Twist }): void {
    this.telegram.twists.set(createHash("sha256").update(content).digest("hex"), twist);
  }

  #jump(ms: number): void {
    this.schedule.jump(ms);
    if (ms > 0) this.jumps.push(this.schedule.now());
    else this.setBackMs -= ms;
  }
}

/** Configurations that were read before, by what is said in them: nobody changes one. */
const configs = new Map<string, WorkerConfig>();

function configOf(scenario: Scenario, chats: readonly string[]): WorkerConfig {
  const env = {
    R2_ENDPOINT: "http://127.0.0.1:9000",
    R2_BUCKET: "media",
    R2_ACCESS_KEY_ID: "0123456789abcdef0123456789abcdef",
    R2_SECRET_ACCESS_KEY: "secret-of-a-simulation",
    TELEGRAM_API_ROOT: "http://127.0.0.1:9001",
    TELEGRAM_BOT_TOKEN: "7000001:alpha-secret",
    WARMUP_CHAT_ID: "-4001",
    MEDIA_PREWARM_CONCURRENCY: String(scenario.concurrency),
    MEDIA_PREWARM_MAX_QUEUE: String(scenario.maxQueue),
    MEDIA_PREWARM_INTERVAL_MS: "20000",
    PREWARM_LIST_INTERVAL: "5m",
    PREWARM_PACE: scenario.pace,
    PREWARM_BOT_PACE: scenario.botPace,
    PREWARM_PACK: scenario.packs?.rule,
  };
  const bots = scenario.bots.map(({ slug, id, chats: own }) => ({
    slug,
    token: new Secret(`${id}:${slug}-secret`),
    tokenName: "TELEGRAM_BOT_TOKEN",
    chats: own.map((at) => chats[at] ?? ""),
  }));
  const name = [
    scenario.concurrency,
    scenario.maxQueue,
    scenario.pace,
    scenario.botPace,
    scenario.packs?.rule,
  ].join(" ");
  const config = configs.get(name) ?? loadWorkerConfig({}, env, null);
  configs.set(name, config);
  return { ...config, bots };
}
