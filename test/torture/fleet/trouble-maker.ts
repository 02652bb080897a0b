import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../../../src/sandbox/profiles.ts";
import type { OwnPostgres } from "../../helpers/own-postgres.ts";
import { pick } from "../draw.ts";
import { WireProxy } from "../wire-proxy.ts";
import type { FleetEnds } from "./fleet-ends.ts";
import type { Place } from "./place.ts";
import { drawTrouble, nameOfTrouble, type Trouble } from "./troubles.ts";

/** Makes the trouble of a fleet, and ends it. */
export class TroubleMaker {
  /** The way to the bucket, which all places share. */
  readonly r2: WireProxy;
  readonly places: Place[] = [];
  readonly #ends: FleetEnds;
  readonly #server: OwnPostgres;
  readonly #random: Random;
  readonly #made: string[] = [];
  readonly #first: Trouble[];

  constructor(ends: FleetEnds, server: OwnPostgres, random: Random, first: readonly Trouble[] = []) {
    this.#first = [...first];
    this.#ends = ends;
    this.#server = server;
    this.#random = random;
    const signal = (name: NodeJS.Signals, ms: number) => pick(random, this.places).signal(name, ms);
    this.r2 = new WireProxy({ link: "r2", target: Number(new URL(ends.r2.url).port), faults: [], signal });
  }

  /** Names of all that struck. Faults of the wire are among them once they do. */
  get struck(): string[] {
    return [...this.#made, ...this.#proxies.flatMap(({ struck }) => struck)];
  }

  /** The next one: those that are given, then what is drawn. */
  next(): Trouble {
    return this.#first.shift() ?? drawTrouble(this.#random, this.places.length);
  }

  async make(trouble: Trouble): Promise<void> {
    if (trouble.what !== "wire") this.#made.push(nameOfTrouble(trouble));
    if (trouble.what === "restart") return this.#restart(trouble.ms);
    if (trouble.what === "skew") {
      this.#ends.skewMs = trouble.byMs;
      setTimeout(() => {
        this.#ends.skewMs = 0;
      }, trouble.ms);
      return;
    }
    const place = this.places[trouble.nth];
    if (trouble.what === "wire") place?.strike(trouble.fault);
    if (trouble.what === "signal") place?.signal(trouble.name, trouble.ms);
    if (trouble.what === "outage") place?.outage(trouble.link, trouble.how, trouble.ms);
    if (trouble.what === "names") place?.loseNames(trouble.ms);
  }

  /** From now on all goes well. */
  calm(): void {
    this.#ends.skewMs = 0;
    for (const each of [this.r2, ...this.places]) each.calm();
  }

  async close(): Promise<void> {
    await Promise.all(this.places.map((place) => place.close()));
    await this.r2.close();
  }

  get #proxies(): readonly WireProxy[] {
    return [this.r2, ...this.places.flatMap(({ own }) => own)];
  }

  /** PostgreSQL is away for all. */
  async #restart(ms: number): Promise<void> {
    for (const place of this.places) place.outage("postgres", "refuse", ms);
    await this.#server.stop();
    await delay(ms);
    await this.#server.start();
  }
}
