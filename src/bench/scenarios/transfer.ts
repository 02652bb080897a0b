import type { ClientHandlers } from "../contenders/client-child.ts";
import type { ClientWay, Worked } from "../contenders/client-ways.ts";
import { type Child, openChild } from "../harness/child.ts";
import type { Cost } from "../harness/cost.ts";
import { metric, ratio, target } from "../harness/figures.ts";
import { keysBelow } from "../harness/keys.ts";
import { bottleneck, type Servers, startServers } from "../harness/servers.ts";
import type { Doubt, Ratio, Scenario, ScenarioContext, ScenarioResult, Variant } from "../port.ts";

const WHAT =
  "what an item costs the client: the plain way (the SDK reads it whole, the library uploads it), and prewarm with everything on (listing, plan, ledger) by upload and by url; 64 KiB objects at concurrency 20, and 16 MiB ones for memory";

const SMALL = { bytes: 65_536, count: 60, concurrency: 20 } as const;
const LARGE = { bytes: 16 * 1_048_576, count: 3, concurrency: 3 } as const;

/**
 * Always the same amount of work before and while it counts, on every machine: V8 compiles on for thousands of items, the SDK's
 * large code longest, so a ratio is one of a certain moment.
 */
const WARM_UP = 6;
const ROUNDS = 9;
/** So much later than told may a slow machine end, rather than to stop in the middle. */
const GRACE_MS = 2_000;

/** By url the bytes never pass the client, so there is no large part of it. */
const WAYS: readonly { readonly name: ClientWay; readonly title: string; readonly large: boolean }[] = [
  { name: "buffered", title: "SDK GetObject buffered + library upload", large: true },
  { name: "upload", title: "prewarm by upload, everything on", large: true },
  { name: "url", title: "prewarm by url, everything on", large: false },
];

type Measured = Cost & { readonly value: Worked; readonly serversCpuUs: number };

interface Samples {
  readonly small: Measured[];
  readonly large: { readonly cost: Measured; readonly peakMb: number }[];
}

type AllSamples = ReadonlyMap<ClientWay, Samples>;

/** CPU, time, allocation and memory of the client alone: each way in a process of its own, in turns. */
export const transfer: Scenario = { name: "transfer", what: WHAT, run };

async function run(context: ScenarioContext): Promise<ScenarioResult> {
  const started = performance.now();
  const samples: AllSamples = new Map(WAYS.map(({ name }) => [name, { small: [], large: [] }]));
  const bench = new Bench(await startServers({}, context.signal), context);
  let incomplete: string | null = null;
  try {
    await largeOnes(bench, samples, context);
    incomplete = await smallOnes(bench, samples, context, started);
  } catch (error) {
    // Processes that were ended are no news; everything else is.
    if (!context.signal.aborted) throw error;
    incomplete = "stopped before its end";
  } finally {
    await bench.close();
  }
  return resultOf(samples, incomplete, started);
}

/** The servers, the clients, and objects that none of them has seen. */
class Bench {
  readonly #servers: Servers;
  readonly #context: ScenarioContext;
  readonly #clients = new Set<Child<ClientHandlers>>();
  #put = 0;

  constructor(servers: Servers, context: ScenarioContext) {
    this.#servers = servers;
    this.#context = context;
  }

  async client(way: ClientWay, concurrency: number): Promise<Child<ClientHandlers>> {
    const client = openChild<ClientHandlers>({ entry: "client-child", signal: this.#context.signal });
    this.#clients.add(client);
    await client.ask("open", { way, concurrency, env: this.#servers.env });
    return client;
  }

  async block(client: Child<ClientHandlers>, { bytes, count }: { bytes: number; count: number }) {
    const prefix = `block-${this.#put}/`;
    // No two objects of one size, or they would be known by their content.
    await this.#servers.put({ prefix, count, bytes: bytes - bytes / 32 + (this.#put % (bytes / 16)) });
    this.#put += count;
    const before = await this.#servers.cpu();
    const cost = await client.ask("work", { prefix, keys: keysBelow(prefix, count) });
    return { ...cost, serversCpuUs: (await this.#servers.cpu()) - before };
  }

  /** What was posted takes memory and time of the servers. */
  async reset(): Promise<void> {
    await this.#servers.reset();
  }

  async end(client: Child<ClientHandlers>): Promise<void> {
    this.#clients.delete(client);
    await client.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.close()));
    await this.#servers.close();
  }
}

/** Peak memory never falls, so each way begins a process. Once: a fresh process has nothing to warm up for. */
async function largeOnes(bench: Bench, samples: AllSamples, { progress }: ScenarioContext): Promise<void> {
  const ways = WAYS.filter(({ large }) => large);
  for (const [n, { name, title }] of ways.entries()) {
    progress(n, ways.length + ROUNDS, `16 MiB, ${title}`);
    const client = await bench.client(name, LARGE.concurrency);
    const cost = await bench.block(client, LARGE);
    samples.get(name)?.large.push({ cost, peakMb: await client.ask("peakMb", undefined) });
    await bench.end(client);
    await bench.reset();
  }
}

/** A B C A B C, as many rounds as there is time for; answers why it broke off. */
async function smallOnes(
  bench: Bench,
  samples: AllSamples,
  { progress, seconds }: ScenarioContext,
  started: number,
): Promise<string | null> {
  const clients = await Promise.all(
    WAYS.map(async ({ name }) => ({ name, client: await bench.client(name, SMALL.concurrency) })),
  );
  const left = () => seconds * 1_000 - (performance.now() - started);
  for (let n = 0; n < WARM_UP; n += 1) {
    progress(WAYS.length - 1, WAYS.length - 1 + ROUNDS, "64 KiB, warming up");
    for (const { client } of clients) await bench.block(client, SMALL);
    await bench.reset();
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const begin = performance.now();
    progress(WAYS.length - 1 + round, WAYS.length - 1 + ROUNDS, "64 KiB");
    for (const { name, client } of clients) samples.get(name)?.small.push(await bench.block(client, SMALL));
    await bench.reset();
    if (round + 1 < ROUNDS && performance.now() - begin > left() + GRACE_MS)
      return `time for ${round + 1} of ${ROUNDS} rounds`;
  }
  progress(WAYS.length - 1 + ROUNDS, WAYS.length - 1 + ROUNDS);
  return null;
}

function resultOf(samples: AllSamples, incomplete: string | null, started: number): ScenarioResult {
  const cpuUsOf = (name: string) =>
    (samples.get(name as ClientWay)?.small ?? []).map((cost) => each(cost, cost.cpuUs));
  const to = (variant: string, metricName: string, of: typeof cpuUsOf) =>
    ratio({ variant, metric: metricName, reference: "buffered", better: "lower", of });
  const [upload, url] = [to("upload", "cpu_us_per_item", cpuUsOf), to("url", "cpu_us_per_item", cpuUsOf)];
  return {
    scenario: "transfer",
    what: WHAT,
    simulated: null,
    incomplete,
    rounds: Math.min(...WAYS.map(({ name }) => samples.get(name)?.small.length ?? 0)),
    seconds: (performance.now() - started) / 1_000,
    variants: WAYS.map((way) => variantOf(way, samples)),
    ratios: [upload, url],
    targets: targetsOf(cpuUsOf, upload, url),
    doubts: doubtsOf(samples),
    plots: [],
  };
}

/** An item's share; null when none ended well, which measured nothing. */
function each({ value }: Measured, all: number): number | null {
  return value.done > 0 ? all / value.done : null;
}

function targetsOf(cpuUsOf: (name: string) => (number | null)[], upload: Ratio, url: Ratio) {
  const measured = (name: string) => cpuUsOf(name).flatMap((us) => (us === null ? [] : [us / 1_000]));
  const [half, figure] = [0.5, "cpu_us_per_item"];
  return [
    target("url: at most 1.0 ms CPU an item", `url.${figure}`, "ms", { samples: measured("url"), most: 1 }),
    target("upload of 64 KiB: at most 2.0 ms CPU an item", `upload.${figure}`, "ms", {
      samples: measured("upload"),
      most: 2,
    }),
    target("upload: at most half of the plain way", `upload.${figure}_ratio`, "x", { ...upload, most: half }),
    target("url: at most half of the plain way", `url.${figure}_ratio`, "x", { ...url, most: half }),
  ];
}

function variantOf({ name, title, large }: (typeof WAYS)[number], samples: AllSamples): Variant {
  const { small = [], large: big = [] } = samples.get(name) ?? {};
  const of = (metricName: string, unit: string, all: (cost: Measured) => number) =>
    metric(
      metricName,
      unit,
      "lower",
      small.map((cost) => each(cost, all(cost))),
    );
  const share = ({ value: { done, failed } }: Measured) =>
    done + failed > 0 ? (done * 100) / (done + failed) : null;
  return {
    name,
    title,
    metrics: [
      of("cpu_us_per_item", "us", ({ cpuUs }) => cpuUs),
      of("wall_us_per_item", "us", ({ wallUs }) => wallUs),
      of("allocated_bytes_per_item", "B", ({ allocated }) => allocated),
      metric("success_rate", "%", "higher", small.map(share)),
      ...(large ? largeMetrics(big) : []),
    ],
  };
}

function largeMetrics(large: Samples["large"]) {
  const cpu = large.map(({ cost }) => each(cost, cost.cpuUs));
  return [
    metric("large_cpu_us_per_item", "us", "lower", cpu),
    metric(
      "large_peak_rss_mb",
      "MB",
      "lower",
      large.map(({ peakMb }) => peakMb),
    ),
  ];
}

function doubtsOf(samples: AllSamples): Doubt[] {
  const all = [...samples].flatMap(([name, { small }]) => small.map((cost) => ({ name, ...cost })));
  const failed = all.reduce((sum, { value }) => sum + value.failed, 0);
  const slow = WAYS.flatMap(({ name }) => {
    const mine = all.filter((cost) => cost.name === name);
    const sum = (of: (cost: Measured) => number) => mine.reduce((total, cost) => total + of(cost), 0);
    const busy = { cpuUs: sum(({ serversCpuUs }) => serversCpuUs), wallUs: sum(({ wallUs }) => wallUs) };
    return bottleneck("transfer", busy, `${name}.wall_us_per_item`);
  });
  const next = "run it again; if it stays so, `prewarm run --sandbox` shows how they fail";
  const text = `${failed} items failed against the stand-ins`;
  return [...slow, ...(failed > 0 ? [{ about: "transfer" as const, text, next }] : [])];
}
