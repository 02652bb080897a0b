import { readWorkerOptions } from "../../config/run-options.ts";
import { loadWorkerConfig } from "../../config/worker-config.ts";
import { Worker } from "../../runs/worker.ts";
import { serve } from "./serve.ts";

/** What the process of a worker can be asked. */
export type WorkerHandlers = {
  /** Starts `prewarm worker` with this environment on a free port; returns where its admin server listens, once it works. */
  start(env: Readonly<Record<string, string>>): Promise<string>;
  /** CPU of this process so far, in microseconds. */
  cpu(): number;
  /** Objects that it warmed so far. */
  warmed(): number;
};

let running: { readonly worker: Worker; readonly ended: Promise<unknown> } | null = null;
let warmed = 0;

async function start(env: Readonly<Record<string, string>>): Promise<string> {
  const config = loadWorkerConfig({ port: "0" }, env, null);
  const worker = await Worker.open({
    config,
    options: readWorkerOptions({}),
    redact: String,
    sandbox: false,
    version: "bench",
  });
  worker.events.on("item", ({ status }) => {
    if (status === "ready") warmed += 1;
  });
  const works = new Promise<void>((resolve) => worker.events.on("started", () => resolve()));
  const ended = worker.toEnd();
  running = { worker, ended };
  await Promise.race([works, ended]);
  const { adviser } = worker;
  if (typeof adviser === "string") throw new Error("the worker did not start");
  return adviser.url;
}

const HANDLERS: WorkerHandlers = {
  start,
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  warmed: () => warmed,
};

serve(HANDLERS, async () => {
  running?.worker.stop.abort();
  await running?.ended;
  await running?.worker.close();
});
