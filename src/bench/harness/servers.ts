import type { Doubt, ScenarioName } from "../port.ts";
import { type Child, openChild } from "./child.ts";
import type { Objects, ServersHandlers, ServersSettings } from "./servers-child.ts";

/** The stand-ins for R2 and the Bot API in a process of their own; they end with us, whatever we die of. */
export interface Servers {
  readonly pid: number;
  /** What a client has to set. */
  readonly env: Readonly<Record<string, string>>;
  put(objects: Objects): Promise<void>;
  reset(): Promise<void>;
  /** Rules of what goes wrong on the Bot API, as in `/sandbox/control`. */
  faults(rules: readonly unknown[]): Promise<void>;
  posted(): Promise<number>;
  /** CPU of their process so far, in microseconds. */
  cpu(): Promise<number>;
  close(): Promise<void>;
}

/** Starts them and waits until they listen. Rejects when they cannot be started, or `signal` aborts. */
export async function startServers(
  settings: Partial<ServersSettings>,
  signal?: AbortSignal,
): Promise<Servers> {
  const child: Child<ServersHandlers> = openChild({ entry: "servers-child", signal });
  try {
    const env = await child.ask("start", {
      timeScale: 1,
      downloadMs: null,
      uploadMs: null,
      chats: 8,
      local: false,
      ...settings,
    });
    return {
      env,
      pid: child.pid,
      put: (objects) => child.ask("put", objects),
      reset: () => child.ask("reset", undefined),
      faults: (rules) => child.ask("faults", rules),
      posted: () => child.ask("posted", undefined),
      cpu: () => child.ask("cpu", undefined),
      close: () => child.close(),
    };
  } catch (error) {
    await child.close();
    throw error;
  }
}

/** From this share of a core on, one process of ours cannot do much more. */
const BUSY = 0.85;

/** A doubt when the servers were so busy that it was their pace that was measured. Times in microseconds. */
export function bottleneck(
  about: ScenarioName,
  { cpuUs, wallUs }: { readonly cpuUs: number; readonly wallUs: number },
  figures: string,
): Doubt[] {
  const share = wallUs > 0 ? cpuUs / wallUs : 0;
  if (share < BUSY) return [];
  return [
    {
      about,
      text: `the stand-ins for R2 and Telegram were busy for ${Math.round(share * 100)} % of the time: ${figures} may be theirs, not the client's`,
      next: "close what else runs on this machine, or measure on one with more cores",
    },
  ];
}
