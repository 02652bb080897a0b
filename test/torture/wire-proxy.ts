import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Connection, type ProxyHooks } from "./connection.ts";
import type { Exchange, PassedRequest, ToldWait } from "./exchange.ts";
import { type Link, nameOfAct, type WireAct, type WireFault } from "./wire-fault.ts";

/** What a proxy stands before, and what it does there. */
export interface WireProxyOptions {
  readonly link: Link;
  /** Port of the server on 127.0.0.1. */
  readonly target: number;
  readonly faults: readonly WireFault[];
  readonly signal?: (name: NodeJS.Signals, ms: number) => void;
}

/**
 * A TCP proxy on 127.0.0.1 that knows bytes and sockets, and nothing of HTTP but how a request begins. What it does to whom is
 * decided before it starts; each fault strikes once.
 */
export class WireProxy {
  readonly link: Link;
  /** Names of the faults that struck. */
  readonly struck: string[] = [];
  readonly requests: PassedRequest[] = [];
  readonly waits: ToldWait[] = [];
  readonly #options: WireProxyOptions;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #sockets = new Set<Socket>();
  readonly #last = new Map<string, Buffer>();
  #faults: { readonly fault: WireFault; readonly line: RegExp; seen: number }[];
  #port = 0;
  #isClosed = false;

  constructor(options: WireProxyOptions) {
    this.#options = options;
    this.link = options.link;
    this.#faults = options.faults.map((fault) => ({ fault, line: new RegExp(fault.line), seen: 0 }));
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    await this.#listen();
    this.#port = (this.#server.address() as { port: number }).port;
  }

  /** From now on all passes; what hangs is cut. */
  calm(): void {
    this.#faults = [];
    this.cutAll();
  }

  /** Cuts all connections that are there. */
  cutAll(): void {
    for (const connection of this.#connections) connection.cut();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.calm();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }

  #accept(client: Socket): void {
    const server = connect({ port: this.#options.target, host: "127.0.0.1", allowHalfOpen: true });
    const connection = new Connection(client, server, this.#hooks());
    this.#connections.add(connection);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    }
    client.on("close", () => this.#connections.delete(connection));
  }

  #hooks(): ProxyHooks {
    return {
      link: this.link,
      actFor: (line) => this.#actFor(line),
      lastAnswer: (line) => this.#last.get(kindOf(line)) ?? null,
      ended: (exchange) => this.#note(exchange),
      refuse: (ms) => void this.#refuse(ms),
      signal: (name, ms) => this.#options.signal?.(name, ms),
    };
  }

  #actFor(line: string): WireAct | null {
    let act: WireAct | null = null;
    for (const each of this.#faults) {
      if (!each.line.test(line)) continue;
      each.seen += 1;
      if (act === null && each.seen === each.fault.nth) act = each.fault.act;
    }
    if (act) this.struck.push(`${this.link}: ${nameOfAct(act)}`);
    return act;
  }

  #note(exchange: Exchange): void {
    this.requests.push(exchange.passed());
    const wait = exchange.wait();
    if (wait) this.waits.push(wait);
    if (exchange.answer) this.#last.set(kindOf(exchange.line), exchange.answer);
  }

  async #refuse(ms: number): Promise<void> {
    this.#server.close();
    for (const connection of this.#connections) connection.cut();
    await delay(ms);
    while (!this.#isClosed && !this.#server.listening) await this.#listen().catch(() => delay(20));
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#port, "127.0.0.1", () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }
}

/** Requests of one kind have answers of one kind: those of a method of the Bot API, reads of objects, listings. */
function kindOf(line: string): string {
  const [verb = "", path = ""] = line.split(" ");
  const name = path.split("?")[0]?.split("/") ?? [];
  return name[1]?.startsWith("bot")
    ? `${verb} ${name.at(-1)}`
    : `${verb} ${name.length > 2 ? "object" : "bucket"}`;
}
