import { setTimeout as sleep } from "node:timers/promises";
import { channelOf } from "./postgres/notify.ts";
import { postgresUrlOf } from "./postgres/open.ts";
import { openPool } from "./postgres/pool.ts";

/** Ends the listening. */
export interface Listening {
  close(): Promise<void>;
}

/** Milliseconds between two tries to listen: at first, and at most. */
const [FIRST_MS, LONGEST_MS] = [1_000, 60_000];

/**
 * Listens for rows that others make work, on a connection of its own that must not go through a transaction pooler. While it cannot be
 * made, work is found as without it. `ledger` is the URL of the ledger. Throws LedgerError for an URL that makes no sense.
 */
export function listenForWork(
  text: string,
  ledger: string,
  { onWork, tell }: { readonly onWork: () => void; readonly tell: (text: string) => void },
): Listening {
  const url = postgresUrlOf(text);
  const { schema } = postgresUrlOf(ledger);
  const ended = new AbortController();
  const listening = (async () => {
    for (let pause = FIRST_MS; !ended.signal.aborted; pause = Math.min(2 * pause, LONGEST_MS)) {
      const began = performance.now();
      const why = await listenOnce(url, schema, { onWork, ended: ended.signal });
      if (ended.signal.aborted) return;
      if (pause === FIRST_MS)
        tell(
          `${url.place} is not listened to (${why}): rows of others are found at the next look; trying again`,
        );
      if (performance.now() - began > LONGEST_MS) pause = FIRST_MS;
      await sleep(pause, undefined, { signal: ended.signal }).catch(() => {});
    }
  })();
  return {
    close: async () => {
      ended.abort();
      await listening;
    },
  };
}

/** Resolves with why it ended. */
async function listenOnce(
  url: ReturnType<typeof postgresUrlOf>,
  schema: string,
  { onWork, ended }: { readonly onWork: () => void; readonly ended: AbortSignal },
): Promise<string> {
  try {
    const pool = await openPool({ ...url, pool: 1 }, process.env);
    try {
      const client = await pool.connect();
      const lost = new Promise<string>((resolve) => {
        client.on("error", (error) => resolve(error.message));
        client.on("end", () => resolve("the connection ended"));
        ended.addEventListener("abort", () => resolve("closed"), { once: true });
      });
      client.on("notification", onWork);
      await client.query(`listen ${channelOf(schema)}`);
      // Whatever came while nobody listened.
      onWork();
      const why = await lost;
      client.release(true);
      return why;
    } finally {
      await pool.end();
    }
  } catch (error) {
    return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  }
}
