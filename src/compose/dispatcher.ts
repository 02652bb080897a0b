import { Agent, Dispatcher, Pool, ProxyAgent } from "undici";
import { errorCode } from "../domain/error-code.ts";
import { ProxyError, type ProxySettings, proxyOf } from "../domain/proxy.ts";

/** Times in real milliseconds. */
export interface DispatcherTimes {
  /** Until a connection must be made. */
  readonly connectMs: number;
  /** For which an idle connection is used again; undici's own 4 s without it. */
  readonly idleMs?: number;
}

/** Milliseconds for each address of a name, before the next is tried; Node.js gives 250, which a distant server does not answer in. */
const ADDRESS_MS = 5_000;

/** A pool of connections that obeys the proxies of a configuration, and no other variable. Connects nothing yet; the caller destroys it. */
export function openDispatcher(proxies: ProxySettings, { connectMs, idleMs }: DispatcherTimes): Dispatcher {
  const connect = connectOptions(connectMs);
  const idle = idleMs === undefined ? {} : { keepAliveTimeout: idleMs, keepAliveMaxTimeout: idleMs };
  return new RoutedDispatcher(proxies, (proxy) =>
    proxy === null ? new Agent({ connect, ...idle }) : throughProxy(proxy, connect, idle),
  );
}

/**
 * How a socket is opened: at most two addresses of a name are waited for before the time is over.
 * @internal
 */
export function connectOptions(connectMs: number) {
  return {
    timeout: connectMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.min(ADDRESS_MS, connectMs / 2),
  };
}

type ConnectOptions = ReturnType<typeof connectOptions>;

/** Hands each request to the connections of the way that its server is reached by. */
class RoutedDispatcher extends Dispatcher {
  readonly #proxies: ProxySettings;
  readonly #open: (proxy: string | null) => Dispatcher;
  readonly #ways = new Map<string | null, Dispatcher>();
  /** By origin, so that the rules are looked at once for each server. */
  readonly #wayTo = new Map<string, Dispatcher>();

  constructor(proxies: ProxySettings, open: (proxy: string | null) => Dispatcher) {
    super();
    this.#proxies = proxies;
    this.#open = open;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const origin = String(options.origin);
    const way = this.#wayTo.get(origin) ?? this.#find(origin);
    return way.dispatch(options, handler);
  }

  #find(origin: string): Dispatcher {
    const proxy = proxyOf(origin, this.#proxies);
    const way = this.#ways.get(proxy) ?? this.#open(proxy);
    this.#ways.set(proxy, way);
    this.#wayTo.set(origin, way);
    return way;
  }

  override async close(): Promise<void> {
    await Promise.all([...this.#ways.values()].map((way) => way.close()));
  }

  override async destroy(): Promise<void> {
    await Promise.all([...this.#ways.values()].map((way) => way.destroy()));
  }
}

function throughProxy(proxy: string, connect: ConnectOptions, idle: Pool.Options): ProxyAgent {
  const { username, password } = new URL(proxy);
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return new ProxyAgent({
    ...idle,
    uri: withoutPassword(proxy),
    ...(username === "" ? {} : { token: `Basic ${Buffer.from(pair).toString("base64")}` }),
    proxyTls: connect,
    requestTls: { timeout: connect.timeout },
    clientFactory: (origin, options) =>
      new ProxyPool(proxy, origin, { ...(options as Pool.Options), headersTimeout: connect.timeout }),
  });
}

function withoutPassword(proxy: string): string {
  const url = new URL(proxy);
  url.username = "";
  url.password = "";
  return url.href;
}

/** Connections to a proxy, whose refusals and absence are called by its name. */
class ProxyPool extends Pool {
  readonly #proxy: string;

  constructor(proxy: string, origin: URL, options: Pool.Options) {
    super(origin, options);
    this.#proxy = proxy;
  }

  override async connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
    const answer = await super.connect(options).catch((error: unknown) => {
      throw new ProxyError(this.#proxy, { code: errorCode(error) ?? "no answer" });
    });
    if (answer.statusCode === 200) return answer;
    answer.socket.on("error", () => {}).destroy();
    throw new ProxyError(this.#proxy, { status: answer.statusCode });
  }
}
