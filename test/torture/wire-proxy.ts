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
  /** Where it listens; 127.0.0.1 and a free port by default. */
  readonly address?: string;
  readonly port?: number;
  readonly faults: readonly WireFault[];
  readonly signal?: (name: NodeJS.Signals, ms: number) => void;
}

/**
 * A TCP proxy on this machine that knows bytes and sockets, and nothing of HTTP but how a request begins. What it does to whom is
 * decided before it starts; each fault strikes once.
 */
export class WireProxy {
  readonly link: Link;
  /** Names of the faults that struck. */
  readonly struck: string[] = [];
  readonly requests: PassedRequest[] = [];
  readonly waits: ToldWait[] = [];
  /** Unix milliseconds at which a fault struck. */
  readonly struckAt: number[] = [];
  readonly #options: WireProxyOptions;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #sockets = new Set<Socket>();
  readonly #last = new Map<string, Buffer>();
  #faults: { readonly fault: WireFault; readonly line: RegExp; seen: number }[];
  #port: number;
  #isClosed = false;
  #isHushed = false;

  constructor(options: WireProxyOptions) {
    this.#options = options;
    this.link = options.link;
    this.#port = options.port ?? 0;
    this.#faults = options.faults.map(unseen);
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    await this.#listen();
    this.#port = (this.#server.address() as { port: number }).port;
  }

  /** One more fault, whose requests are counted from now on. */
  add(fault: WireFault): void {
    this.#faults.push(unseen(fault));
  }

  /** From now on all passes; what hangs is cut. */
  calm(): void {
    this.#faults = [];
    this.#isHushed = false;
    this.cutAll();
  }

  /** Cuts all connections that are there. */
  cutAll(): void {
    for (const connection of this.#connections) connection.cut();
  }

  /** For so long nothing passes and nothing is closed, as by a cable that is pulled; then all is cut. */
  async hush(ms: number): Promise<void> {
    this.#isHushed = true;
    for (const connection of this.#connections) connection.hush();
    await delay(ms);
    if (!this.#isHushed) return;
    this.#isHushed = false;
    this.cutAll();
  }

  /** Cuts all connections, and listens no more for so long. */
  async refuse(ms: number): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const connection of this.#connections) connection.cut();
    await delay(ms);
    while (!this.#isClosed && !this.#server.listening) await this.#listen().catch(() => delay(20));
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
      refuse: (ms) => void this.refuse(ms),
      signal: (name, ms) => this.#options.signal?.(name, ms),
    };
  }

  #actFor(line: string): WireAct | null {
    if (this.#isHushed) return { do: "silent", way: "request", after: 0 };
    let act: WireAct | null = null;
    for (const each of this.#faults) {
      if (!each.line.test(line)) continue;
      each.seen += 1;
      if (act === null && each.seen === each.fault.nth) act = each.fault.act;
    }
    if (act === null) return null;
    this.struck.push(`${this.link}: ${nameOfAct(act)}`);
    this.struckAt.push(Date.now());
    return act;
  }

  #note(exchange: Exchange): void {
    if (this.link === "postgres") return;
    this.requests.push(exchange.passed());
    const wait = exchange.wait();
    if (wait) this.waits.push(wait);
    if (exchange.answer) this.#last.set(kindOf(exchange.line), exchange.answer);
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#port, this.#options.address ?? "127.0.0.1", () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }
}

function unseen(fault: WireFault) {
  return { fault, line: new RegExp(fault.line), seen: 0 };
}

/** Requests of one kind have answers of one kind: those of a method of the Bot API, reads of objects, listings. */
function kindOf(line: string): string {
  const [verb = "", path = ""] = line.split(" ");
  const name = path.split("?")[0]?.split("/") ?? [];
  return name[1]?.startsWith("bot")
    ? `${verb} ${name.at(-1)}`
    : `${verb} ${name.length > 2 ? "object" : "bucket"}`;
}
