import { type Config, loadConfig } from "../../config/config.ts";
import { type Clock, systemClock } from "../../domain/clock.ts";
import { profileOf } from "../../sandbox/profiles.ts";
import { temporaryFolder } from "../harness/folder.ts";
import { keysBelow } from "../harness/keys.ts";
import { type Servers, startServers } from "../harness/servers.ts";
import { newWay } from "./new-way.ts";
import { oldWay } from "./old-way.ts";
import { type PlainWay, plainWay } from "./plain-way.ts";
import type { Round } from "./round.ts";
import { Warmer } from "./warmer.ts";

/** Places of the variants that work on several items at once; the concurrency that prewarm has unless told otherwise. */
export const CONCURRENCY = 5;

/** No lane holds anything up. */
const UNLIMITED = { PREWARM_PACE: "60000000/min", PREWARM_BOT_PACE: "none" } as const;

/** Small, so that it is the simulated latencies that count. */
const BYTES = 8_192;

/** The old and the new way side by side, against servers with the latencies of a usual day. */
export interface Simulation {
  readonly clock: Clock;
  readonly servers: Servers;
  /** `count` objects that were not there before, by ticks with so many places. */
  byTicks(places: number, count: number): Promise<Round>;
  byPrewarm(count: number): Promise<Round>;
  /** What shall go wrong on the Bot API in the next pass, as in `/sandbox/control`. */
  faultsNext(rules: readonly unknown[]): void;
  close(): Promise<void>;
}

/** Time runs `scale` times faster than real time, in the servers and in both clients. */
export async function openSimulation(scale: number, signal: AbortSignal): Promise<Simulation> {
  const { downloadLatencyMs: downloadMs, uploadLatencyMs: uploadMs } = profileOf("realistic");
  const servers = await startServers({ timeScale: scale, downloadMs, uploadMs }, signal);
  const folder = temporaryFolder();
  try {
    const env = { ...servers.env, ...UNLIMITED, MEDIA_PREWARM_CONCURRENCY: String(CONCURRENCY) };
    const config = loadConfig({}, { ...env, PREWARM_LEDGER: `sqlite:${folder.path}/bench.db` }, null);
    const clock = systemClock(scale);
    const plain = plainWay(config, clock);
    const warmer = await Warmer.open(config);
    const close = async () => {
      plain.close();
      await warmer.close();
      await servers.close();
      folder.remove();
    };
    return { clock, servers, close, ...ways({ config, servers, clock, plain, warmer, signal }) };
  } catch (error) {
    await servers.close();
    folder.remove();
    throw error;
  }
}

interface Parts {
  readonly config: Config;
  readonly servers: Servers;
  readonly clock: Clock;
  readonly plain: PlainWay;
  readonly warmer: Warmer;
  readonly signal: AbortSignal;
}

function ways({ config, servers, clock, plain, warmer, signal }: Parts) {
  let put = 0;
  let faults: readonly unknown[] = [];
  const chats = config.bots.flatMap((bot) => bot.chats);
  /** Each pass has objects of its own, or prewarm would know them, and begins with the same latencies. */
  const begin = async (count: number) => {
    const prefix = `pass-${put}/`;
    await servers.reset();
    if (faults.length > 0) await servers.faults(faults);
    faults = [];
    await servers.put({ prefix, count, bytes: BYTES + put });
    put += count;
    return prefix;
  };
  return {
    faultsNext: (rules: readonly unknown[]) => {
      faults = rules;
    },
    byTicks: async (places: number, count: number) => {
      const prefix = await begin(count);
      const keys = keysBelow(prefix, count);
      return oldWay({ clock, plain, keys, chats, places, signal });
    },
    byPrewarm: async (count: number) => {
      const prefix = await begin(count);
      return newWay(warmer, { prefix, transfer: "upload", signal });
    },
  };
}
