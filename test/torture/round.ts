import { setTimeout as delay } from "node:timers/promises";
import type { Ended } from "../helpers/child.ts";
import { wrongsOfEnd } from "./end-verdict.ts";
import { FarEnds, LOOK_AFTER_MS, TIME_SCALE } from "./far-ends.ts";
import { LedgerReader } from "./ledger-reader.ts";
import { Life, type Tools } from "./life.ts";
import type { LifePlan, RoundPlan } from "./plan.ts";
import { notReady, postsOf, readyContents, tooEarly, wrongsOfLedger } from "./verdict.ts";

/** What came of a round. */
export interface RoundSum {
  readonly wrongs: readonly string[];
  /** Names of all that struck. */
  readonly struck: readonly string[];
  readonly processes: number;
  readonly items: number;
  readonly posts: number;
  readonly unknowns: number;
}

/** Where and by what a round is played. */
export interface RoundPlace {
  readonly tools: Tools;
  /** A URL of an empty database; null where the ledger is a file. */
  readonly database: string | null;
  /** Hears how each process ended. */
  readonly tell?: ((line: string) => void) | undefined;
  readonly stop?: AbortSignal | undefined;
}

const QUIET: LifePlan = { signal: null, window: null, ms: 0 };

/** Plays a round: processes in trouble, then without, and what they left against what the far ends saw. */
export async function playRound(plan: RoundPlan, place: RoundPlace): Promise<RoundSum> {
  const life = new Life();
  const ends = await FarEnds.open(plan, (name, ms) => life.signal(name, ms));
  const stopped = () => life.kill();
  place.stop?.addEventListener("abort", stopped);
  try {
    return await new Round(plan, place, ends, life).play();
  } finally {
    place.stop?.removeEventListener("abort", stopped);
    await ends.close();
  }
}

class Round {
  readonly #plan: RoundPlan;
  readonly #place: RoundPlace;
  readonly #ends: FarEnds;
  readonly #life: Life;
  readonly #ledger: LedgerReader;
  readonly #wrongs: string[] = [];
  readonly #struck: string[] = [];
  #processes = 0;
  #ready = new Set<string>();

  constructor(plan: RoundPlan, place: RoundPlace, ends: FarEnds, life: Life) {
    this.#plan = plan;
    this.#place = place;
    this.#ends = ends;
    this.#life = life;
    this.#ledger = new LedgerReader(place.database ?? `${ends.dir}/prewarm.db`);
  }

  async play(): Promise<RoundSum> {
    const { command, lives } = this.#plan;
    for (const life of lives) await this.#live(command, life);
    this.#ends.calm();
    await this.#live("run", QUIET);
    const [{ n = 0 } = {}] = await this.#ledger.rows(
      "select count(*) as n from media_cache where status = 'unknown'",
    );
    await delay(LOOK_AFTER_MS / TIME_SCALE + 200);
    if (Number(n) > 0) await this.#live("run", QUIET, ["--only", "unknown"]);
    const last = await this.#live("run", QUIET);
    const isStopped = this.#place.stop?.aborted === true;
    if (!isStopped) this.#wrongs.push(...(await notReady(this.#ends, this.#ledger)));
    if (last && last.code !== 0)
      this.#wrongs.push(`the last run ended with ${last.code}: ${last.stderr.slice(-600)}`);
    const { r2, botApi } = this.#ends.proxies;
    return {
      wrongs: isStopped ? [] : this.#wrongs,
      struck: [
        ...r2.struck,
        ...botApi.struck,
        ...this.#struck,
        ...this.#ends.changed.map((what) => `r2: object ${what}`),
      ],
      processes: this.#processes,
      items: this.#ends.bucket.held.size,
      posts: postsOf(this.#ends).length,
      unknowns: Number(n),
    };
  }

  async #live(
    command: "run" | "worker",
    life: LifePlan,
    more: readonly string[] = [],
  ): Promise<Ended | null> {
    if (this.#place.stop?.aborted) return null;
    const { json, transfer } = this.#plan;
    const own =
      command === "worker" ? ["--port", "0", "--list-interval", "20s", "--interval-ms", "2000"] : [];
    const args = [command, "--transfer", transfer, ...(json ? ["--json"] : []), ...own, ...more];
    const env = this.#ends.env(this.#plan, this.#place.database ?? "sqlite:prewarm.db");
    const end = await this.#life.live({ args, env }, this.#ends, this.#place.tools, life);
    this.#processes += 1;
    const { ended } = end;
    for (const name of end.sent) this.#struck.push(`process: ${name}`);
    if (life.window) this.#struck.push(`process: ${life.window.what}`);
    this.#place.tell?.(
      `${args.join(" ")}: ${ended.code ?? ended.signal} in ${Math.round(ended.ms)} ms: ${lastLine(ended.stderr)}`,
    );
    const left = await this.#wrongsSince(life === QUIET);
    if (left.length > 0) await this.#tellAttempts();
    const wrongs = [...wrongsOfEnd(end, json && command === "run", this.#ends.dir), ...left];
    this.#wrongs.push(...wrongs.map((wrong) => `${args.join(" ")} (process ${this.#processes}): ${wrong}`));
    return ended;
  }

  /** What the ledger has of all calls, and the sandbox of their messages. */
  async #tellAttempts(): Promise<void> {
    const columns =
      "id, r2_key, state, error_reason, warmup_chat_id, message_id, tag, started_at, ended_at, last_begun";
    for (const row of await this.#ledger.rows(`select ${columns} from prewarm_attempts order by id`))
      this.#place.tell?.(`attempt ${Object.values(row).join(" ")}`);
    for (const row of await this.#ledger.rows("select * from prewarm_looks order by id"))
      this.#place.tell?.(`look ${Object.values(row).join(" ")}`);
    for (const { chat_id, message_id, caption, at_unix, file_name } of postsOf(this.#ends))
      this.#place.tell?.(
        `message ${chat_id} ${message_id} ${caption} ${file_name} at ${new Date(at_unix).toISOString()}`,
      );
  }

  /** No content that had an id is without one. */
  async #wrongsSince(isOver: boolean): Promise<string[]> {
    await this.#ledger.endLeases();
    const ready = await readyContents(this.#ends, this.#ledger);
    const lost = [...this.#ready].filter((content) => !ready.has(content));
    this.#ready = ready;
    return [
      ...lost.map((content) => `content ${content} had an id, which is lost`),
      ...(await wrongsOfLedger(this.#ends, this.#ledger, isOver)),
      ...tooEarly(this.#ends.proxies.botApi, TIME_SCALE),
    ];
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.slice(0, 200) ?? "";
}
