import { History } from "../../src/admin/history/history.ts";
import { type AdminServer, type AdminServerOptions, startAdminServer } from "../../src/admin/server.ts";
import type { MetricsText, WorkerView } from "../../src/admin/worker-view.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { Emitter } from "../../src/domain/events.ts";
import { Secret } from "../../src/domain/secret.ts";
import { Tally } from "../../src/figures/tally.ts";
import type { IdReport, WarmId } from "../../src/ids/port.ts";

export const TOKEN = "correct horse battery staple";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * A worker without an engine: its figures come from events, and a test may set what it says of itself. Its clock is moved by
 * `pass` and begins at `start`, Unix milliseconds.
 */
export function worker(start = 1_700_000_000_000) {
  const time = { now: 5_000 };
  const clock: Clock = {
    scale: 1,
    now: () => time.now,
    wall: () => start - 5_000 + time.now,
    sleep: () => Promise.resolve(),
    after: () => () => {},
  };
  const pass = (ms: number) => {
    time.now += ms;
  };
  const events = new Emitter((error) => {
    throw error;
  });
  const tally = new Tally(events, clock);
  const taken: unknown[] = [];
  const again: unknown[] = [];
  const bad = { failed: 0, unknown: 0 };
  const warm = new Map<string, WarmId>();
  const reported: IdReport[] = [];
  const view: Mutable<WorkerView> = {
    snapshot: () => tally.snapshot(),
    running: true,
    stopping: false,
    maxQueue: 500,
    troubles: [],
    fleet: null,
    leads: true,
    backlog: () => new Map(),
    packWords: () => [],
    cache: { hits: 0, misses: 0, bytes: 0 },
    ids: {
      fileIds: async (queries) => queries.map(({ key }) => warm.get(key) ?? null),
      report: async (reports) => {
        reported.push(...reports);
        return { ok: true, accepted: reports.length };
      },
      close: async () => {},
    },
    badRows: async () => bad,
    control: (action) => {
      view.running = action === "start";
      return view.running;
    },
    enqueue: async (entries) => {
      const bad = entries.findIndex(
        (entry) => typeof entry !== "object" || entry === null || !("key" in entry),
      );
      if (bad >= 0) return { ok: false, problem: `entry ${bad + 1} has no key` };
      taken.push(...entries);
      return { ok: true, accepted: entries.length, duplicates: 0, passedOver: [] };
    },
    retry: async (what) => {
      again.push(what);
      return { ok: true, accepted: 1, duplicates: 0, passedOver: [], notFound: [] };
    },
  };
  const history = new History(events, clock, () => tally.snapshot().depth);
  return { clock, pass, events, tally, view, taken, again, bad, warm, reported, history };
}

const NO_METRICS: MetricsText = { type: "text/plain", text: async () => "" };

/** An admin server on a free port of loopback, asking for TOKEN. */
export async function serve(
  parts: Pick<ReturnType<typeof worker>, "view" | "history" | "clock">,
  more: Partial<AdminServerOptions> = {},
): Promise<AdminServer> {
  return startAdminServer({
    host: "127.0.0.1",
    port: 0,
    token: new Secret(TOKEN),
    metrics: NO_METRICS,
    version: "1.2.3",
    ...parts,
    ...more,
  });
}

export const ADMIN = "/api/admin/media/prewarm";

/** The headers of a client that knows the token. */
export const AUTHORIZED = { authorization: `Bearer ${TOKEN}` };
