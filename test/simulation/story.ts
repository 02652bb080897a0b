import { type Random, seededRandom } from "../../src/sandbox/profiles.ts";
import { BOTS, HOUR, MINUTE, SECOND, type Town } from "./town.ts";

/** A time in which posts may come to nothing that anybody can be sure of, in milliseconds of the clock. */
export interface Doubt {
  readonly from: number;
  readonly to: number;
}

/** From here on nothing happens any more but what the worker does: the longest pause before another try is 64 minutes. */
const QUIET = 22 * HOUR;
const DEATHS = ["begin", "send", "confirm", "point", "dequeue", "lookup", "enqueue", "open"];

/** What happens in a day, by chance; the same for the same seed. */
export class Story {
  readonly doubts: Doubt[] = [];
  readonly #town: Town;
  readonly #random: Random;
  #made = 0;

  constructor(town: Town, seed: number) {
    this.#town = town;
    this.#random = seededRandom(seed);
    for (let i = 0; i < 300; i++) this.#add("media");
    for (let i = 0; i < 40; i++) this.#add("others");
    town.start();
    this.#bucket();
    this.#weather();
    this.#chats();
    this.#asks();
    this.#deaths();
  }

  #bucket(): void {
    this.#often(100, () => this.#add("media"));
    this.#often(8, () => {
      for (let i = 0; i < 10; i++) this.#add("media");
    });
    // URLs are signed on real time: two of a key would be one to a day that lasts seconds, and Telegram keeps what it fetched.
    this.#often(90, () => this.#town.put(this.#some("media", ".bin"), this.#content()));
    this.#often(50, () => this.#town.remove(this.#some("media")));
  }

  #weather(): void {
    const { gates, faults, servers } = this.#town;
    const { botApi } = servers;
    const reset = () => {
      faults.r2 = { resetAfterBytes: 0 };
    };
    const busy = () => {
      faults.r2 = { status: 503 };
    };
    const clear = () => {
      faults.r2 = undefined;
    };
    this.#spell(
      4,
      25,
      () => gates.r2.shut(),
      () => gates.r2.reopen(),
    );
    this.#spell(3, 10, reset, clear);
    this.#spell(3, 20, busy, clear);
    this.#spell(
      3,
      25,
      () => gates.botApi.shut(),
      () => gates.botApi.reopen(),
      true,
    );
    for (const mode of ["status", "reset"])
      this.#spell(
        2,
        15,
        () => botApi.control({ outage: { mode } }),
        () => botApi.control({ outage: null }),
        true,
      );
    const drop = { server: "bot-api", match: { probability: 0.02 }, fault: { type: "post_then_drop" } };
    this.#spell(
      1,
      60,
      () => botApi.control({ faults: [drop] }),
      () => botApi.control({ faults: [] }),
      true,
    );
  }

  #chats(): void {
    const { botApi } = this.#town.servers;
    this.#often(12, () => {
      const { id, chats } = this.#oneOf(BOTS);
      botApi.control({ frozen: { chat: this.#oneOf<number>(chats), bot: id, seconds: this.#from(5, 400) } });
    });
    for (const { id, chats } of BOTS)
      for (const chat of chats) {
        const member = (kick: boolean) => () => botApi.control({ chat: { id: chat, bot: id, kick } });
        this.#spell(1, 120, member(true), member(false));
      }
    const rates = [12, 20, 35, 60];
    this.#often(6, () =>
      botApi.control({ chat: { id: this.#oneOf<number>(BOTS[0].chats), rate: this.#oneOf(rates) } }),
    );
  }

  #asks(): void {
    this.#often(40, () => this.#town.enqueue([this.#some("others"), this.#some("media")]));
    this.#often(5, () => this.#town.enqueue(["others/never-was.bin"]));
    this.#often(15, () => this.#writeRow(this.#some("others"), this.#oneOf(BOTS).slug));
  }

  #deaths(): void {
    const { town } = { town: this.#town };
    for (let i = 0; i < 6; i++) {
      const at = this.#from(10 * MINUTE, QUIET);
      const back = this.#from(10 * SECOND, 10 * MINUTE);
      const death = {
        method: this.#oneOf(DEATHS),
        when: this.#oneOf(["before", "after"] as const),
        left: this.#from(1, 8),
      };
      this.#at(at, () => {
        const { worker } = town;
        if (worker) worker.life.death = death;
        town.clock.after(30 * MINUTE, () => worker?.life.end());
      });
      this.#at(at + 31 * MINUTE + back, () => town.worker || town.start());
    }
    // Whoever died early is looked after by the next of these, as systemd would.
    for (let at = 0; at < QUIET + HOUR; at += 5 * MINUTE) this.#at(at + 1, () => town.worker || town.start());
    this.#at(this.#from(HOUR, QUIET), () => void town.stopWorker());
  }

  /** As the platform asks for an object: a key, and a row that waits. */
  #writeRow(key: string, bot: string): void {
    const thing = this.#town.things.get(key);
    if (!thing) return;
    const { sha256, etag, bytes } = thing;
    this.#town.sql(
      `insert into media_store (kind, r2_key, r2_etag, bytes, sha256, ext) values ('document', $key, $etag, $bytes, $sha256, 'bin')
       on conflict (r2_key) do nothing returning id`,
      { key, etag, bytes, sha256 },
    );
    this.#town.sql(
      `insert into media_cache (bot_slug, sha256, kind, status) select $bot, sha256, 'document', 'warming' from media_store
       where r2_key = $key on conflict do nothing returning id`,
      { bot, key },
    );
  }

  /** So many times something goes wrong for up to so many minutes; `doubtful` when posts may be in doubt then. */
  #spell(times: number, minutes: number, begin: () => unknown, end: () => unknown, doubtful = false): void {
    for (let i = 0; i < times; i++) {
      const from = this.#from(MINUTE, QUIET - minutes * MINUTE);
      const to = from + this.#from(10 * SECOND, minutes * MINUTE);
      this.#at(from, begin);
      this.#at(to, end);
      if (doubtful) this.doubts.push({ from, to });
    }
  }

  #often(times: number, act: () => unknown): void {
    for (let i = 0; i < times; i++) this.#at(this.#from(SECOND, QUIET), act);
  }

  #at(moment: number, act: () => unknown): void {
    const { clock, traffic } = this.#town;
    clock.after(moment, () => void traffic.track(Promise.resolve(act())));
  }

  #add(folder: string): void {
    this.#made += 1;
    const extension = this.#random() < 0.4 ? "pdf" : "bin";
    this.#town.put(`${folder}/${String(this.#made).padStart(4, "0")}.${extension}`, this.#content());
  }

  #content(): string {
    return `${this.#made} ${this.#random()} `.padEnd(Math.round(this.#from(40, 4_000)), "x");
  }

  #some(folder: string, end = ""): string {
    return this.#oneOf(
      [...this.#town.things.keys()].filter((key) => key.startsWith(folder) && key.endsWith(end)),
    );
  }

  #oneOf<T>(list: readonly T[]): T {
    const chosen = list[Math.floor(this.#random() * list.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  }

  #from(least: number, most: number): number {
    return Math.round(least + (most - least) * this.#random());
  }
}
