import { expect } from "vitest";
import type { Ended, Running } from "../helpers/child.ts";
import type { World } from "../helpers/world.ts";

export const API = "/api/admin/media/prewarm";

export interface Worker extends Running {
  /** Where its admin server listens. */
  readonly url: string;
  get(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown, init?: RequestInit): Promise<Response>;
  /** SIGTERM, and what it said. */
  stop(): Promise<Ended>;
}

export interface WorkerOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** `prewarm worker` on a free port, at work. The bucket is listed once and then hardly again, unless told. */
export async function startWorker(
  world: World,
  { args = [], env = {} }: WorkerOptions = {},
): Promise<Worker> {
  const running = world.start(["worker", "--port", "0", "--list-interval", "1h", ...args], { env });
  const address = () => /status page and admin API on (http:\S+?)\/(?:\s|")/.exec(running.heard())?.[1];
  let over: Ended | null = null;
  void running.ended.then((ended) => {
    over = ended;
  });
  const begun = () => address() !== undefined && running.heard().includes("[WORKER][START]");
  await world.until(() => over !== null || begun(), "the worker works");
  const url = address();
  if (url === undefined) throw new Error(`the worker ended: ${running.heard()}`);
  return {
    ...running,
    url,
    get: (path, init) => fetch(url + path, init),
    post: (path, body, init = {}) =>
      fetch(url + path, {
        ...init,
        method: "POST",
        headers: { "content-type": "application/json", ...init.headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    stop: () => {
      running.signal("SIGTERM");
      return running.ended;
    },
  };
}

/** Waits until the worker answers so. */
export async function untilAnswers(
  worker: Worker,
  path: string,
  isSo: (body: string, status: number) => boolean,
): Promise<void> {
  await expect
    .poll(async () => {
      const answer = await worker.get(path);
      const body = await answer.text();
      return isSo(body, answer.status) || `${path} says ${answer.status} ${body}`;
    })
    .toBe(true);
}
