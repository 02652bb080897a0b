import { type Connections, connect, identityOf, openLedger } from "../../compose/connect.ts";
import { openWarming } from "../../compose/warming.ts";
import { type Config, secretsOf } from "../../config/config.ts";
import { ConfigError } from "../../config/error.ts";
import { readRunOptions } from "../../config/run-options.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import { redactor } from "../../domain/secret.ts";
import type { TransferName } from "../../domain/task.ts";
import type { Ledger } from "../../ledgers/port.ts";
import { type LaneFound, preflight } from "../../pipeline/preflight.ts";
import { prewarm } from "../../pipeline/prewarm.ts";
import { Stop, watchFailures } from "../../pipeline/stop.ts";

/** One pass over what lies below a prefix. */
export interface WarmPass {
  readonly prefix: string;
  readonly transfer: "auto" | TransferName;
  /** Objects at most; all without it. */
  readonly limit?: number | undefined;
  readonly events: Emitter;
  readonly signal: AbortSignal;
}

/** The real pipeline of `prewarm run` without its screens: R2 client, Telegram client, ledger and lanes as composed there. */
export class Warmer {
  readonly lanes: readonly LaneFound[];
  readonly #config: Config;
  readonly #connections: Connections;
  readonly #ledger: Ledger;

  /** Takes the ledger and tries the lanes. Throws LedgerError, and ConfigError when nothing can be sent to. */
  static async open(config: Config): Promise<Warmer> {
    const connections = connect(config, redactor(secretsOf(config)));
    const ledger = await openLedger(config, "prewarm bench", false).catch(async (error: unknown) => {
      await connections.close();
      throw error;
    });
    const warmer = (lanes: readonly LaneFound[]) => new Warmer(config, connections, ledger, lanes);
    try {
      await ledger.identify(identityOf(config, false));
      const wishes = connections.bots.flatMap(({ bot, chats }) => chats.map((chat) => ({ bot, chat })));
      const { open, refused } = await preflight(wishes, connections.clock);
      const [why] = refused;
      if (open.length === 0) throw new ConfigError([why?.failure.message ?? "there is no warmup chat"]);
      return warmer(open);
    } catch (error) {
      await warmer([]).close();
      throw error;
    }
  }

  private constructor(config: Config, connections: Connections, ledger: Ledger, lanes: readonly LaneFound[]) {
    this.#config = config;
    this.#connections = connections;
    this.#ledger = ledger;
    this.lanes = lanes;
  }

  get clock(): Clock {
    return this.#connections.clock;
  }

  /** Resolves when all has ended, or, once `signal` aborts, what was under way has been cut off. Throws LedgerError. */
  async warm({ prefix, transfer, limit, events, signal }: WarmPass): Promise<void> {
    const [config, connections, ledger, found] = [this.#config, this.#connections, this.#ledger, this.lanes];
    const options = { ...readRunOptions({ prefix, transfer }), limit };
    const stop = new Stop(events);
    const warming = await openWarming({
      config,
      options,
      connections,
      ledger,
      found,
      events,
      stop,
      remove: null,
    });
    const abort = () => stop.abort();
    if (signal.aborted) stop.abort();
    signal.addEventListener("abort", abort, { once: true });
    watchFailures(events, stop, {});
    try {
      await prewarm(warming);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async close(): Promise<void> {
    await this.#connections.close();
    await this.#ledger.close();
  }
}
