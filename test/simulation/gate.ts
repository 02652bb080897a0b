import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** An address of its own where the machine has one to give: a port that is shut there is nobody's until it is reopened. */
const HOST = process.platform === "linux" ? "127.0.0.2" : "127.0.0.1";

/** A TCP port before a server that can be shut: connections that stand are cut, new ones refused. */
export class Gate {
  readonly url: string;
  readonly #port: number;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server;

  static async open(url: string): Promise<Gate> {
    const sockets = new Set<Socket>();
    const target = Number(new URL(url).port);
    const server = await listen(target, 0, sockets);
    return new Gate(server, target, sockets);
  }

  private constructor(server: Server, target: number, sockets: Set<Socket>) {
    const address = server.address();
    this.#port = typeof address === "object" && address ? address.port : 0;
    this.#server = server;
    this.#target = target;
    this.#sockets = sockets;
    this.url = `http://${HOST}:${this.#port}`;
  }

  async shut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async reopen(): Promise<void> {
    if (!this.#server.listening) this.#server = await listen(this.#target, this.#port, this.#sockets);
  }
}

async function listen(target: number, port: number, sockets: Set<Socket>): Promise<Server> {
  for (let tries = 0; ; tries++) {
    const server = createServer((socket) => join(socket, connect(target, "127.0.0.1"), sockets));
    const error = await new Promise((resolve) => {
      server.once("error", resolve).listen(port, HOST, () => resolve(null));
    });
    if (error === null) return server;
    if (tries > 50) throw error;
    await delay(20);
  }
}

function join(client: Socket, server: Socket, sockets: Set<Socket>): void {
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    sockets.add(from);
    from.on("error", () => to.destroy());
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
    from.pipe(to);
  }
}
