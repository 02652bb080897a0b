import type { RichOptions } from "../../../src/sandbox/bot-api/rich-options.ts";
import { Draw } from "./draw.ts";
import type { Part, ProcessPlan, Scenario } from "./scenario.ts";
import type { CallFault } from "./wire.ts";

/** Whether media go several in one message, and what nobody knows of such messages. */
export interface PackPlan {
  /** As `--pack` takes it. */
  readonly rule: string;
  readonly rich: RichOptions;
}

/** Media that go in one message at most; 0 where each goes by itself. */
export function mostMedia(packs: PackPlan | undefined): number {
  return packs?.rule === "auto" ? 50 : Number(packs?.rule ?? 0);
}

/** A proof that a ledger holds from the beginning; what it says may be old. */
export interface ProofPart {
  readonly type: "proof";
  readonly bot: number;
  readonly what: string;
  readonly result: string;
  readonly ageMs: number;
}

/** Of seeds, so many have packs. */
const SHARE = 0.25;
const DAY = 24 * 3600 * 1000;
const [FRESH, STALE] = [DAY, 31 * DAY];
/** A call posts no later than so many milliseconds after its answer was lost. */
const LATEST_POST_MS = 590_000;
const EXTENSIONS = ["jpg", "jpg", "jpg", "bin", "bin", "mp4"] as const;
const KINDS = ["photo", "document", "video"] as const;

/** What a seed decides of packs: null for most. It is drawn by itself, so that all else of a seed stays what it was. */
export function packsOf({
  seed,
  bots,
}: Pick<Scenario, "seed" | "bots">): { readonly packs: PackPlan; readonly parts: Part[] } | null {
  const draw = new Draw(seed, 3);
  return draw.chance(SHARE) ? new PackAuthor(seed, bots.length, draw).plan() : null;
}

class PackAuthor {
  readonly #seed: number;
  readonly #bots: number;
  readonly #draw: Draw;

  constructor(seed: number, bots: number, draw: Draw) {
    this.#seed = seed;
    this.#bots = bots;
    this.#draw = draw;
  }

  plan() {
    const draw = this.#draw;
    const rule = draw.oneOf(["auto", "2", "3", "10", "50", "50"]);
    const rich = this.#rich();
    const parts = [
      ...this.#objects(),
      ...this.#proofs(rule === "auto" || draw.chance(0.4), rich),
      ...this.#faults(),
      ...this.#lives(),
    ];
    return { packs: { rule, rich }, parts };
  }

  #rich(): RichOptions {
    const draw = this.#draw;
    const rare = <T>(usual: T, other: T): T => (draw.chance(0.15) ? other : usual);
    const keeps = rare(50, 3);
    return {
      supported: rare(true, false),
      counts: draw.oneOf(["message", "message", "media"] as const),
      overflow: draw.oneOf(["debt", "refuse"] as const),
      ids: rare<RichOptions["ids"]>("ordinary", "rich_only"),
      names_bad: draw.chance(0.5),
      max_body: rare<number | null>(null, 60),
      url_flood: rare<number | null>(null, 3),
      keeps,
      dropped_ids: keeps < 50 && draw.chance(0.5) ? "dead" : "live",
    };
  }

  /** Many small ones, of which some are one content under several keys, and some are refused as photos. */
  #objects(): Part[] {
    const draw = this.#draw;
    const texts = this.#times(draw.from(2, 12), (at) => `packed ${at} of ${this.#seed}`);
    const objects = this.#times(draw.from(2, 14), (at): Part => {
      const key = `pack-${at}.${draw.oneOf(EXTENSIONS)}`;
      return { type: "object", key, content: draw.oneOf(texts), parts: draw.chance(0.2) ? 2 : 0 };
    });
    const twists = texts.flatMap((content): Part[] => {
      const twist = draw.oneOf(["refuse", "refuse", "short id", "as document"] as const);
      return draw.chance(0.07) ? [{ type: "twist", content, twist }] : [];
    });
    return [...objects, ...twists];
  }

  /** What a probe, or an earlier run, found out: never that ids are good which are not, since nobody would see that. */
  #proofs(hasSome: boolean, { ids, counts, keeps, dropped_ids }: RichOptions): Part[] {
    const draw = this.#draw;
    const known = this.#times(this.#bots, (bot): Part[] => {
      const kept = { type: "proof", bot, what: "keeps", result: String(keeps), ageMs: FRESH } as const;
      return dropped_ids === "dead" ? [kept] : [];
    }).flat();
    if (!hasSome) return known;
    const more = this.#times(this.#bots, (bot): Part[] => {
      const proof = (what: string, result: string): Part[] => {
        const ageMs = draw.chance(0.8) ? FRESH : STALE;
        return draw.chance(0.85) ? [{ type: "proof", bot, what, result, ageMs }] : [];
      };
      // That messages count may have been true once.
      const quota = counts === "message" || draw.chance(0.3) ? "messages" : "media";
      const kept = keeps < 50 && dropped_ids === "live" ? proof("keeps", String(keeps)) : [];
      return [...proof("quota", quota), ...KINDS.flatMap((kind) => proof(`ids:${kind}`, ids)), ...kept];
    }).flat();
    return [...known, ...more];
  }

  #faults(): Part[] {
    const draw = this.#draw;
    const sends = this.#times(draw.skewed(5) - 1, (): Part => {
      const status = draw.oneOf([500, 502]);
      const fault = draw.oneOf<() => CallFault>([
        () => ({ type: "lost before" }),
        () => ({ type: "lost after" }),
        () => ({ type: "posted long after", ms: draw.from(1_000, LATEST_POST_MS) }),
        () => ({ type: "status", status, posted: draw.chance(0.5) }),
        () => ({ type: "flood", seconds: draw.skewed(60), asText: draw.chance(0.3) }),
        () => ({ type: "slow", ms: draw.from(2_000, 20_000) }),
        () => ({ type: "other media", how: draw.oneOf(["one missing", "two swapped"] as const) }),
        () => ({ type: "cut", to: draw.from(1, 3) }),
      ])();
      return { type: "send", nth: draw.from(1, 15), fault };
    });
    // Of deletions and looks.
    const others = this.#times(draw.from(0, 2), (): Part => {
      const fault = draw.oneOf<() => CallFault>([
        () => ({ type: "lost before" }),
        () => ({ type: "lost after" }),
        () => ({ type: "flood", seconds: draw.skewed(60), asText: false }),
      ])();
      return { type: "look", nth: draw.from(1, 6), fault };
    });
    return [...sends, ...others];
  }

  /** A run that may die half-way, and perhaps one that looks for what was lost then. */
  #lives(): Part[] {
    const draw = this.#draw;
    const life = (kind: ProcessPlan["kind"], chance: number): ProcessPlan => {
      const dieAt = draw.chance(chance) ? draw.skewed(300) : null;
      return { type: "process", kind, dieAt, stopAt: null, gapMs: draw.skewed(120_000) };
    };
    const runs = this.#times(draw.from(0, 2), () => life("run", 0.7));
    const looks = this.#times(draw.chance(0.4) ? draw.from(1, 2) : 0, () => life("only", 0.6));
    const pause: Part[] = looks.length > 0 ? [{ type: "pause", ms: LATEST_POST_MS + 60_000 }] : [];
    return [...runs, ...pause, ...looks];
  }

  #times<T>(count: number, make: (at: number) => T): T[] {
    return Array.from({ length: count }, (_, at) => make(at));
  }
}
