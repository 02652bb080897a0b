import type { FloodLimits } from "../../../src/sandbox/flood-control/limits.ts";
import type { BucketFault } from "./bucket.ts";
import { Draw } from "./draw.ts";
import { type LaterFault, withLaterLosses } from "./look-plan.ts";
import { type BetweenPart, movesOf } from "./move-plan.ts";
import { type PackPlan, type ProofPart, packsOf } from "./pack-plan.ts";
import type { Twist } from "./telegram.ts";
import type { CallFault } from "./wire.ts";

/** What happens in the world, whoever is awake. */
export type Happening =
  | { readonly type: "put"; readonly key: string; readonly content: string }
  | { readonly type: "remove" | "enqueue" | "retry"; readonly key: string }
  | { readonly type: "kick" | "readmit"; readonly bot: number; readonly chat: number }
  | { readonly type: "refuse" | "take"; readonly chat: number; readonly kind: string }
  | { readonly type: "migrate" | "protect"; readonly chat: number }
  /** Somebody else posts, perhaps with a button. */
  | { readonly type: "post"; readonly chat: number; readonly button: string | null }
  | { readonly type: "let edit" | "forbid edits"; readonly bot: number; readonly chat: number }
  | { readonly type: "freeze"; readonly bot: number; readonly chat: number; readonly seconds: number }
  | { readonly type: "jump"; readonly ms: number }
  /** Whichever process lives dies, whatever it waits for. */
  | { readonly type: "kill" };

/** One process after another. */
export interface ProcessPlan {
  readonly type: "process";
  readonly kind: "run" | "worker" | "only" | "force";
  /** The moment of its life at which it dies (see Mortal); null for none. */
  readonly dieAt: number | null;
  /** Milliseconds after which it is told to end; null for a run that is left alone. */
  readonly stopAt: number | null;
  /** Milliseconds between its end and the beginning of the next. */
  readonly gapMs: number;
}

/** What a scenario is made of; each can be left out. */
export type Part =
  | ProcessPlan
  | ProofPart
  | LaterFault
  | BetweenPart
  | { readonly type: "object"; readonly key: string; readonly content: string; readonly parts: number }
  /** What a media server makes of this content as photo: always, or from the forced run on. */
  | { readonly type: "twist"; readonly content: string; readonly twist: Twist; readonly later?: true }
  | { readonly type: "send" | "look" | "read"; readonly nth: number; readonly fault: CallFault }
  | { readonly type: "bucket"; readonly nth: number; readonly fault: BucketFault }
  | { readonly type: "event"; readonly at: number; readonly what: Happening }
  /** Nobody lives for so many milliseconds. */
  | { readonly type: "pause"; readonly ms: number };

/** All that a seed decides beforehand; the order of what happens is decided on the way. */
export interface Scenario {
  readonly seed: number;
  readonly bots: readonly { readonly slug: string; readonly id: string; readonly chats: readonly number[] }[];
  readonly chats: readonly { readonly type: string; readonly limits: FloodLimits }[];
  readonly concurrency: number;
  readonly maxQueue: number;
  readonly pace: string;
  /** Absent where it is what it is by default. */
  readonly botPace?: string;
  readonly transfer: "auto" | "url" | "upload";
  readonly retries: number;
  /** Milliseconds that a commit waits for the disk at most. */
  readonly diskMs: number;
  /** Absent where media go singly, and in scenarios from before they could go otherwise. */
  readonly packs?: PackPlan;
  readonly parts: readonly Part[];
}

const EXTENSIONS = ["jpg", "jpg", "bin", "pdf", "mp4"] as const;
/** A call posts no later than so many milliseconds after its answer was lost. */
const LATEST_POST_MS = 590_000;
const DAY = 24 * 3600 * 1000;

/** The scenario of a seed. */
export function scenarioOf(seed: number): Scenario {
  const drawn = new Author(seed).scenario();
  const scenario = { ...drawn, parts: withLaterLosses(drawn) };
  const packed = packsOf(scenario);
  const parts = [...scenario.parts, ...(packed?.parts ?? []), ...movesOf(scenario)];
  return { ...scenario, ...(packed && { packs: packed.packs }), parts };
}

class Author {
  readonly #seed: number;
  readonly #draw: Draw;
  readonly #keys: string[] = [];

  constructor(seed: number) {
    this.#seed = seed;
    this.#draw = new Draw(seed, 1);
  }

  scenario(): Scenario {
    const draw = this.#draw;
    const chats = this.#times(draw.from(1, 3), () => this.#chat());
    const all = chats.map((_, at) => at);
    const bots = ["alpha", "beta"].slice(0, draw.chance(0.65) ? 1 : 2).map((slug, at) => ({
      slug,
      id: String(7_000_001 + at),
      chats: this.#some(all),
    }));
    const parts = [
      ...this.#objects(),
      ...this.#faults(),
      ...this.#events(bots.length, all),
      ...this.#lives(),
    ];
    const settings = this.#settings();
    // Drawn last, so that older seeds stay what they were.
    const strange = this.#times(draw.chance(0.1) ? 1 : 0, (): Part => {
      return { type: "send", nth: draw.from(2, 12), fault: { type: "answer of the one before" } };
    });
    const later = [...strange, ...this.#copies(), ...this.#killed(), ...this.#forced(parts)];
    later.push(...this.#lookers(bots.length, all));
    return { seed: this.#seed, bots, chats, ...settings, parts: [...parts, ...later] };
  }

  #settings() {
    const draw = this.#draw;
    return {
      concurrency: draw.from(1, 5),
      maxQueue: draw.oneOf([1, 2, 5, 500]),
      pace: draw.oneOf(["documented", "documented", "adaptive", "adaptive", "60/min", "600/min", "6000/min"]),
      transfer: draw.oneOf(["auto", "auto", "url", "upload"] as const),
      retries: draw.oneOf([0, 1, 5, 5]),
      diskMs: draw.oneOf([0, 5, 50, 50]),
    };
  }

  #chat(): Scenario["chats"][number] {
    const draw = this.#draw;
    const limits = {
      model: draw.oneOf(["token_bucket", "sliding_minute", "fixed_window"] as const),
      rate: draw.oneOf([12, 20, 20, 60]),
      burst: draw.from(1, 5),
      absorbMs: draw.oneOf([0, 1_000, 8_000]),
      penaltyMs: 5_000,
      floodAs400: 0,
    };
    return { type: draw.oneOf(["channel", "channel", "group", "supergroup"]), limits };
  }

  #objects(): Part[] {
    const draw = this.#draw;
    const texts = this.#times(draw.from(1, 7), (at) => `content ${at} of ${this.#seed}`);
    const objects = this.#times(draw.from(1, 8), (at): Part => {
      const key = `${at}.${draw.oneOf(EXTENSIONS)}`;
      this.#keys.push(key);
      return {
        type: "object",
        key,
        content: draw.oneOf(texts),
        parts: draw.chance(0.2) ? draw.from(2, 3) : 0,
      };
    });
    const twisted = texts.filter(() => draw.chance(0.08));
    const twists = twisted.map((content): Part => {
      return { type: "twist", content, twist: draw.oneOf(["refuse", "as document", "short id"] as const) };
    });
    return [...objects, ...twists];
  }

  #faults(): Part[] {
    const draw = this.#draw;
    const sends = this.#times(draw.skewed(6) - 1, (): Part => {
      return { type: "send", nth: draw.skewed(20), fault: this.#fault(draw) };
    });
    const reads = this.#times(draw.chance(0.3) ? draw.from(1, 2) : 0, (): Part => {
      return { type: "read", nth: draw.skewed(12), fault: this.#fault(draw) };
    });
    const bucket = this.#times(draw.chance(0.3) ? draw.from(1, 4) : 0, (): Part => {
      const fault = draw.oneOf(["unavailable", "unavailable", "broken body"] as const);
      return { type: "bucket", nth: draw.skewed(25), fault };
    });
    return [...sends, ...reads, ...bucket];
  }

  #fault(draw: Draw): CallFault {
    const status = draw.oneOf([500, 502, 504]);
    const posted = draw.chance(0.6);
    return draw.oneOf<() => CallFault>([
      () => ({ type: "refused connection" }),
      () => ({ type: "lost before" }),
      () => ({ type: "lost after" }),
      () => ({ type: "lost, and posted late" }),
      () => ({ type: "status", status, posted }),
      () => ({ type: "page", status: draw.oneOf([status, 200]), posted }),
      () => ({ type: "flood", seconds: draw.skewed(300), asText: draw.chance(0.4) }),
      () => ({ type: "flood", seconds: draw.skewed(60), asText: draw.chance(0.4) }),
      () => ({ type: "slow", ms: draw.from(2_000, 20_000) }),
      () => ({ type: "no answer until", ms: draw.from(5_000, 60_000) }),
    ])();
  }

  #events(bots: number, chats: readonly number[]): Part[] {
    const draw = this.#draw;
    return this.#times(draw.skewed(6) - 1, (): Part => {
      const at = draw.skewed(draw.chance(0.2) ? 3_600_000 : 90_000);
      return { type: "event", at, what: this.#happening(draw.from(0, bots - 1), draw.oneOf(chats)) };
    });
  }

  #happening(bot: number, chat: number): Happening {
    const draw = this.#draw;
    const key = draw.oneOf(this.#keys);
    const kind = draw.oneOf(["photo", "document", "video"]);
    return draw.oneOf<() => Happening>([
      () => ({ type: "put", key, content: `new ${draw.from(0, 3)} of ${this.#seed}` }),
      () => ({ type: "put", key: `later-${draw.from(0, 2)}.bin`, content: `later ${draw.from(0, 3)}` }),
      () => ({ type: "remove", key }),
      () => ({ type: "enqueue", key }),
      () => ({ type: draw.oneOf(["kick", "readmit"] as const), bot, chat }),
      () => ({ type: draw.oneOf(["refuse", "take"] as const), chat, kind }),
      () => ({ type: "migrate", chat }),
      () => ({ type: "freeze", bot, chat, seconds: draw.skewed(400) }),
      () => ({ type: "jump", ms: draw.oneOf([-3_600_000, -5_000, 5_000, 3_600_000, DAY]) }),
    ])();
  }

  #lives(): Part[] {
    const draw = this.#draw;
    return this.#times(draw.from(1, 4), (): ProcessPlan => {
      const kind = draw.oneOf(["run", "run", "run", "worker", "worker", "only"] as const);
      const dieAt = draw.chance(0.65) ? draw.skewed(300) : null;
      const isTold = kind === "worker" || draw.chance(0.15);
      const stopAt = isTold ? draw.from(1_000, kind === "worker" ? 600_000 : 30_000) : null;
      return { type: "process", kind, dieAt, stopAt, gapMs: draw.skewed(120_000) };
    });
  }

  /** One content under several keys, each with an ETag of its own. */
  #copies(): Part[] {
    const draw = this.#draw;
    const extension = draw.oneOf(EXTENSIONS);
    return this.#times(draw.chance(0.1) ? draw.from(2, 4) : 0, (at): Part => {
      const key = `copy-${at}.${extension}`;
      return { type: "object", key, content: `copied of ${this.#seed}`, parts: at && at + 1 };
    });
  }

  /** A question is answered with a wait, and the process that was told does not live to its end. */
  #killed(): Part[] {
    const draw = this.#draw;
    if (!draw.chance(0.1)) return [];
    const fault = { type: "flood", seconds: draw.from(5, 300), asText: draw.chance(0.4) } as const;
    return [
      { type: "read", nth: draw.from(1, 4), fault },
      { type: "event", at: draw.from(3_000, 60_000), what: { type: "kill" } },
    ];
  }

  /** All is sent again; a media server may make something else of a photo than it did. */
  #forced(parts: readonly Part[]): Part[] {
    const draw = this.#draw;
    if (!draw.chance(0.1)) return [];
    const objects = parts.filter((part) => part.type === "object");
    const twists = objects.flatMap(({ content }): Part[] => {
      const twist = draw.oneOf(["refuse", "as document"] as const);
      return draw.chance(0.3) ? [{ type: "twist", content, twist, later: true }] : [];
    });
    const dieAt = draw.chance(0.5) ? draw.skewed(300) : null;
    return [...twists, { type: "process", kind: "force", dieAt, stopAt: null, gapMs: 5_000 }];
  }

  /** Calls are lost, others post in between, and some time later a run asks for the messages, which may go wrong as well. */
  #lookers(bots: number, chats: readonly number[]): Part[] {
    const draw = this.#draw;
    if (!draw.chance(0.25)) return [];
    const lost = this.#times(draw.from(1, 3), (): Part => {
      const fault = draw.oneOf<() => CallFault>([
        () => ({ type: "lost before" }),
        () => ({ type: "lost after" }),
        () => ({ type: "posted long after", ms: draw.from(1_000, LATEST_POST_MS) }),
      ])();
      return { type: "send", nth: draw.skewed(12), fault };
    });
    const looks = this.#times(draw.from(0, 3), (): Part => {
      const fault = this.#fault(draw);
      // An edit that is carried out long after its answer was lost may leave a button, which nobody can know.
      const known = fault.type === "lost, and posted late" ? ({ type: "lost after" } as const) : fault;
      return { type: "look", nth: draw.skewed(20), fault: known };
    });
    const others = this.#times(draw.from(0, 6), (): Part => {
      const button = draw.chance(0.5) ? "theirs" : null;
      return {
        type: "event",
        at: draw.skewed(90_000),
        what: { type: "post", chat: draw.oneOf(chats), button },
      };
    });
    const rights = this.#times(draw.chance(0.4) ? draw.from(1, 3) : 0, (): Part => {
      const where = { bot: draw.from(0, bots - 1), chat: draw.oneOf(chats) };
      const type = draw.oneOf(["let edit", "let edit", "forbid edits", "protect", "kick"] as const);
      const what = type === "protect" ? { type, chat: where.chat } : { type, ...where };
      return {
        type: "event",
        at: draw.chance(0.5) ? draw.skewed(60_000) : draw.from(600_000, 1_500_000),
        what,
      };
    });
    const runs = this.#times(draw.from(1, 3), (): ProcessPlan => {
      const dieAt = draw.chance(0.7) ? draw.skewed(200) : null;
      return { type: "process", kind: "only", dieAt, stopAt: null, gapMs: draw.skewed(120_000) };
    });
    return [...lost, ...looks, ...others, ...rights, { type: "pause", ms: LATEST_POST_MS + 60_000 }, ...runs];
  }

  #some<T>(list: readonly T[]): T[] {
    const chosen = list.filter(() => this.#draw.chance(0.7));
    return chosen.length > 0 ? chosen : [this.#draw.oneOf(list)];
  }

  #times<T>(count: number, make: (at: number) => T): T[] {
    return Array.from({ length: count }, (_, at) => make(at));
  }
}
