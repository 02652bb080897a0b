import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { cannedBytes } from "./canned.ts";
import { Exchange, shortened } from "./exchange.ts";
import type { Link, Way, WireAct } from "./wire-fault.ts";

/** What a connection asks of its proxy. */
export interface ProxyHooks {
  readonly link: Link;
  /** What is to happen to a request that begins so. */
  readonly actFor: (line: string) => WireAct | null;
  /** The last answer to a request of this kind. */
  readonly lastAnswer: (line: string) => Buffer | null;
  readonly ended: (exchange: Exchange) => void;
  readonly refuse: (ms: number) => void;
  readonly signal: (name: NodeJS.Signals, ms: number) => void;
}

/** Real milliseconds without a byte after which an answer has passed. */
const PASSED_MS = 20;

/** Both ends of one connection. It knows bytes, and which of them began a request: those after an answer. */
export class Connection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #hooks: ProxyHooks;
  #exchange: Exchange | null = null;
  /** The last bytes were the server's. */
  #isAnswering = true;
  #closing: NodeJS.Timeout | undefined;
  /** Nothing passes any more. */
  #isOver = false;

  constructor(client: Socket, server: Socket, hooks: ProxyHooks) {
    this.#client = client;
    this.#server = server;
    this.#hooks = hooks;
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one
        .setNoDelay(true)
        .on("error", () => other.destroy())
        .on("close", () => {
          clearTimeout(this.#closing);
          if (one === client || !this.#isOver) other.destroySoon();
        });
    void this.#pump("request");
    void this.#pump("answer");
  }

  /** Cuts it. */
  cut(): void {
    this.#isOver = true;
    this.#finish();
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  /** Nothing passes any more, and nothing is closed. */
  hush(): void {
    this.#isOver = true;
  }

  async #pump(way: Way): Promise<void> {
    const [from, to] = way === "request" ? [this.#client, this.#server] : [this.#server, this.#client];
    try {
      for await (const chunk of from.iterator({ destroyOnReturn: false })) {
        if (this.#isOver) return;
        this.#turn(way, chunk as Buffer);
        await this.#pass(way, chunk as Buffer);
        // Nobody reads any more: what is sent piles up.
        if (this.#isOver) return;
      }
      if (!this.#isOver) to.end();
    } catch {
      to.destroy();
    }
  }

  /** Sees where an exchange begins. */
  #turn(way: Way, chunk: Buffer): void {
    if (way === "request" && this.#isAnswering) {
      this.#finish();
      const line = chunk.subarray(0, 512).toString("latin1");
      this.#exchange = new Exchange(chunk, this.#hooks.actFor(line));
    }
    this.#isAnswering = way === "answer";
  }

  #finish(): void {
    if (this.#exchange) this.#hooks.ended(this.#exchange);
    this.#exchange = null;
  }

  async #pass(way: Way, chunk: Buffer): Promise<void> {
    const exchange = this.#exchange;
    if (exchange === null) return;
    if (way === "request") exchange.asked(chunk);
    const { act } = exchange;
    if (act === null) return this.#write(way, chunk);
    if ("after" in act && "way" in act && act.way === way) return this.#atMoment(act, exchange, chunk);
    return way === "request" ? this.#ofRequest(act, exchange, chunk) : this.#ofAnswer(act, exchange, chunk);
  }

  /** Lets bytes pass up to the moment of an act, and does it. */
  async #atMoment(
    act: Extract<WireAct, { way: Way; after: number }>,
    exchange: Exchange,
    chunk: Buffer,
  ): Promise<void> {
    const before = act.way === "request" ? exchange.requestBytes - chunk.length : exchange.answerBytes;
    const room = act.after - before;
    if (chunk.length <= room) return this.#write(act.way, chunk);
    await this.#write(act.way, chunk.subarray(0, Math.max(0, room)));
    if (act.do === "signal") {
      exchange.act = null;
      this.#hooks.signal(act.name, act.ms);
      return this.#write(act.way, chunk.subarray(Math.max(0, room)));
    }
    this.#isOver = true;
    if (act.do === "reset") this.cut();
  }

  async #ofRequest(act: WireAct, exchange: Exchange, chunk: Buffer): Promise<void> {
    if (act.do === "refuse") {
      this.cut();
      return this.#hooks.refuse(act.ms);
    }
    if (act.do === "slow" && act.way === "request") return this.#slowly(act, chunk);
    const isReplaced = (act.do === "instead" || act.do === "other") && !act.delivered;
    if (!isReplaced) return this.#write("request", chunk);
    if (exchange.isWhole) await this.#answerWith(this.#replacement(act, exchange));
  }

  async #ofAnswer(act: WireAct, exchange: Exchange, chunk: Buffer): Promise<void> {
    switch (act.do) {
      case "instead":
      case "other":
        return this.#answerWith(this.#replacement(act, exchange));
      case "slow":
        return act.way === "answer" ? this.#slowly(act, chunk) : this.#write("answer", chunk);
      case "late":
        exchange.act = null;
        await delay(act.ms);
        return this.#write("answer", chunk);
      case "cut":
        return this.#answerWith(chunk.subarray(0, act.after));
      case "short":
        return this.#answerWith(shortened(chunk, act.after));
      case "close":
        clearTimeout(this.#closing);
        this.#closing = setTimeout(() => this.#leave(act.reset), PASSED_MS);
        return this.#write("answer", chunk);
      default:
        return this.#write("answer", chunk);
    }
  }

  #replacement(act: WireAct, { line }: Exchange): Buffer {
    const again = act.do === "other" ? this.#hooks.lastAnswer(line) : null;
    if (again !== null) return again;
    return cannedBytes(this.#hooks.link, act.do === "instead" ? act.answer : "500 empty");
  }

  /** Gives these bytes and closes. */
  async #answerWith(bytes: Buffer): Promise<void> {
    await this.#write("answer", bytes);
    this.#leave(false);
  }

  #leave(reset: boolean): void {
    this.#isOver = true;
    this.#finish();
    if (reset) this.#client.resetAndDestroy();
    else this.#client.end();
    this.#server.destroy();
  }

  async #slowly({ piece, everyMs }: { piece: number; everyMs: number }, chunk: Buffer): Promise<void> {
    const way = this.#isAnswering ? "answer" : "request";
    for (let at = 0; at < chunk.length && !this.#isOver; at += piece) {
      await delay(everyMs);
      await this.#write(way, chunk.subarray(at, at + piece));
    }
  }

  #write(way: Way, chunk: Buffer): Promise<void> {
    const to = way === "request" ? this.#server : this.#client;
    if (chunk.length === 0 || to.destroyed || to.writableEnded) return Promise.resolve();
    if (way === "answer") this.#exchange?.answered(chunk);
    return new Promise((written) => void to.write(chunk, () => written()));
  }
}
