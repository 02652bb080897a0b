import type { ProbeExperiment, ProbeScene } from "../experiment.ts";
import { type Burst, judgeLimit, type LimitSeen, limitText } from "../limit-model.ts";
import { found, open } from "../verdicts.ts";

/** Messages at once after which a chat is taken to have no limit that matters. */
const MOST = 30;
/** Without a call for so long the quota of a chat is full, in milliseconds: a minute and a little. */
export const QUIET_MS = 62_000;
/** How the second burst is spread, in milliseconds. */
const [OFFSET_MS, PAUSE_MS] = [17_000, 30_000];
/** An answer is held back when it takes so many times as long as a question that costs nothing, and so long; some in a row are no chance. */
const [SLOW_TIMES, SLOW_MS, IN_A_ROW] = [4, 1_200, 4];
/** Messages by which the pace of a bucket is measured, each wait obeyed. */
const STEADY = 5;
/** So many above what a sliding window lets through tell it from others. */
const ABOVE = 3;

/** The true limit of a chat, and by which model it is counted. */
export const LIMIT: ProbeExperiment = {
  id: "limit",
  title: "what is the true limit of this chat, and by which model (bucket, window)",
  why: "what it bears singly is what a pack is measured against; it says what pace to expect",
  sends: "one small photo and its id, as fast as answers come, until Telegram asks for a wait; three times",
  most: 1 + MOST + Math.ceil(MOST * 1.3) + 1 + Math.ceil(MOST / 2) + ABOVE + STEADY,
  whats: ["limit"],
  packs: false,
  run: async (scene) => {
    const { lane, media } = scene;
    const sent = await lane.patiently(() => lane.send({ kind: "photo", media: media.photo() }));
    if (!sent.ok) return open(sent.failure);
    const bursts = new Bursts(scene, sent.value.fileId);
    const seen = await bursts.all();
    if (bursts.failure !== null) return open({ message: bursts.failure });
    const verdict = judgeLimit(seen);
    const { model, atOnce, perMinute, told } = verdict;
    const evidence = { at_once: atOnce, per_minute: perMinute, told, tried: seen.first.passed };
    const says = limitText(verdict, seen.first.passed);
    return found(says, { what: "limit", scopes: ["chat"], result: model, evidence });
  },
};

class Bursts {
  readonly #scene: ProbeScene;
  readonly #fileId: string;
  #slowFromMs = SLOW_MS;
  failure: string | null = null;

  constructor(scene: ProbeScene, fileId: string) {
    this.#scene = scene;
    this.#fileId = fileId;
  }

  async all(): Promise<LimitSeen> {
    const { lane } = this.#scene;
    this.#slowFromMs = Math.max(SLOW_MS, SLOW_TIMES * (await this.#questionMs()));
    await lane.rest(lane.waitMs + QUIET_MS);
    const first = await this.#burst(MOST);
    if (first.ended !== "flood") return { first, spread: null, after: null, steady: null };
    await lane.rest(lane.waitMs + OFFSET_MS);
    const half = Math.ceil(first.passed / 2);
    const spread = await this.#spread(half, Math.ceil(first.passed * 1.3) + 1);
    const after = spread.ended === "flood" ? await this.#burst(half + ABOVE) : null;
    const isBucket = judgeLimit({ first, spread, after, steady: null }).model === "token_bucket";
    return { first, spread, after, steady: isBucket ? await this.#steady() : null };
  }

  /** How long the server takes for what costs nothing; the quickest of some. */
  async #questionMs(): Promise<number> {
    const { lane, clock } = this.#scene;
    const times: number[] = [];
    for (let nth = 0; nth < 3; nth += 1) {
      const started = clock.now();
      await lane.checkFile(this.#fileId);
      times.push(clock.now() - started);
    }
    return Math.min(...times);
  }

  async #spread(half: number, most: number): Promise<Burst & { half: number }> {
    const started = this.#scene.clock.now();
    const begun = await this.#burst(half);
    if (begun.ended !== "none") return { ...begun, half };
    await this.#scene.lane.rest(PAUSE_MS);
    const rest = await this.#burst(most - half, started);
    return { ...rest, passed: begun.passed + rest.passed, half };
  }

  /** Posts until something holds it up. */
  async #burst(most: number, since?: number): Promise<Burst> {
    const { lane, clock } = this.#scene;
    await lane.rest(lane.waitMs);
    const started = since ?? clock.now();
    let slow: number[] = [];
    let last = started;
    for (let passed = 0; passed < most; passed += 1) {
      const answer = await lane.send({ kind: "photo", media: this.#fileId }, "at once");
      const { started: begun, bodyEnd, ended } = answer.times;
      if (!answer.ok) {
        if (answer.failure.class !== "flood") this.failure ??= answer.failure.message;
        const untilFreeMs = clock.now() + lane.waitMs - started;
        return { passed, ended: "flood", slowMs: [], untilFreeMs };
      }
      slow = ended - (bodyEnd ?? begun) > this.#slowFromMs ? [...slow, ended - last] : [];
      last = ended;
      if (slow.length >= IN_A_ROW)
        return { passed: passed + 1 - slow.length, ended: "silence", slowMs: slow, untilFreeMs: 0 };
    }
    return { passed: most, ended: "none", slowMs: [], untilFreeMs: 0 };
  }

  /** Messages a minute with each wait obeyed, from the first that passes after one. */
  async #steady(): Promise<number | null> {
    const { lane, clock } = this.#scene;
    const at: number[] = [];
    while (at.length < STEADY) {
      const answer = await lane.patiently(() => lane.send({ kind: "photo", media: this.#fileId }, "at once"));
      if (!answer.ok) return null;
      at.push(clock.now());
    }
    const [first = 0, last = 0] = [at[0], at.at(-1)];
    return Math.round(((at.length - 1) * 60_000) / Math.max(1, last - first));
  }
}
