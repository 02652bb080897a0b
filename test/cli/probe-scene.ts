import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import { expect, onTestFinished } from "vitest";
import { BIN, type Ended, type Running, start } from "../helpers/child.ts";
import { queryHere } from "../helpers/sync-postgres.ts";
import { endLeasesOf, newLedgerUrl } from "../helpers/tested-place.ts";

interface Outcome {
  readonly type: "experiment";
  readonly id: string;
  readonly status: string;
  readonly says: string;
  readonly results: readonly { what: string; scope: string; result: string; evidence: object }[];
}

interface ProbeSummary {
  readonly type: "summary";
  readonly open: number;
  readonly messages_posted: number;
  readonly messages_left: number;
  readonly exit_code: number;
}

interface TruthMessage {
  readonly chat_id: number;
  readonly message_id: number;
  readonly deleted: boolean;
}

/** A sandbox that is a process of its own, and a folder to probe it from. */
export interface ProbeScene {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  control(order: object): Promise<void>;
  truth(): Promise<TruthMessage[]>;
  start(args: readonly string[], env?: Record<string, string>): Running;
  /** `prewarm probe --yes --json <args>` to its end. */
  probe(...args: string[]): Promise<Probed>;
  rows(sql: string): Record<string, unknown>[];
  file(name: string): string;
}

interface Probed extends Ended {
  readonly outcomes: readonly Outcome[];
  readonly summary: ProbeSummary;
  /** What was found, as `what result`, each once. */
  readonly found: readonly string[];
}

export const CHAT_ID = -1001000000001;

/** Starts a sandbox with these flags, so many times faster than real time; gone when the test is over. */
export async function probeScene(scale: number, ...flags: string[]): Promise<ProbeScene> {
  const dir = mkdtempSync(join(tmpdir(), "prewarm-probe-"));
  const more = ["--chats", "1", "--port", "0", "--r2-port", "0", "--time-scale", String(scale)];
  const sandbox = start([process.execPath, BIN, "sandbox", ...more, ...flags], {
    cwd: dir,
    env: {},
    stdin: null,
  });
  const children: Running[] = [];
  let isOver = false;
  onTestFinished(async () => {
    isOver = true;
    for (const child of children) child.signal("SIGKILL");
    await Promise.all(children.map(({ ended }) => ended));
    // What it was sent lies in a folder of its own, which it takes away.
    sandbox.signal("SIGTERM");
    await sandbox.ended;
    rmSync(dir, { recursive: true, force: true });
  });
  while (!sandbox.shown().includes("PREWARM_TIME_SCALE=")) await new Promise((done) => setTimeout(done, 20));
  const lines = sandbox.shown().trim().split("\n");
  const ledgerUrl = await newLedgerUrl();
  const env = {
    ...Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2))),
    ...(ledgerUrl === null ? {} : { PREWARM_LEDGER: ledgerUrl }),
  };
  if (flags.includes("--bots")) writeFileSync(join(dir, "prewarm.config.json"), secondBot());
  const root = env.TELEGRAM_API_ROOT;
  const run = (args: readonly string[], extra: Record<string, string> = {}) => {
    const child = start([process.execPath, BIN, ...args], { cwd: dir, env: { ...env, ...extra } });
    children.push(child);
    const ended = child.ended.then((end) => {
      if (end.signal === "SIGKILL" && ledgerUrl !== null && !isOver) endLeasesOf(child.pid, ledgerUrl);
      return end;
    });
    return { ...child, ended };
  };
  return {
    dir,
    env,
    control: async (order) => {
      const answer = await fetch(`${root}/sandbox/control`, { method: "POST", body: JSON.stringify(order) });
      if (!answer.ok) throw new Error(await answer.text());
    },
    truth: async () => (await fetch(`${root}/sandbox/truth`)).json() as Promise<TruthMessage[]>,
    start: run,
    probe: async (...args) => probed(await run(["probe", "--yes", "--json", ...args]).ended),
    rows: (sql) => {
      if (ledgerUrl !== null) return queryHere(ledgerUrl, sql);
      const db = new Libsql(join(dir, "prewarm.db"), { readonly: true });
      try {
        return db.prepare(sql).all([]) as Record<string, unknown>[];
      } finally {
        db.close();
      }
    },
    file: (name) => readFileSync(join(dir, name), "utf8"),
  };
}

function secondBot(): string {
  const bot = { slug: "bot2", token_env: "TELEGRAM_BOT_TOKEN_2", warmup_chats: [CHAT_ID] };
  return JSON.stringify({ bots: [bot] });
}

function probed(ended: Ended): Probed {
  const lines = ended.stdout
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text) as Outcome | ProbeSummary);
  const outcomes = lines.filter((line): line is Outcome => line.type === "experiment");
  const found = outcomes.flatMap(({ results }) => results.map(({ what, result }) => `${what} ${result}`));
  return { ...ended, outcomes, found: [...new Set(found)], summary: lines.at(-1) as ProbeSummary };
}

/** Ids of the messages that stand in a chat, and how many there ever were. */
export async function messages(scene: ProbeScene) {
  const rows = await scene.truth();
  const key = ({ chat_id, message_id }: (typeof rows)[number]) => `${chat_id} ${message_id}`;
  return {
    posted: new Set(rows.map(key)).size,
    standing: [...new Set(rows.filter(({ deleted }) => !deleted).map(key))],
  };
}

/** It posted what it says, no more than it announced, and nothing of it is left. */
export async function isTidy(scene: ProbeScene, { summary }: Probed, most = 150): Promise<void> {
  const { posted, standing } = await messages(scene);
  expect(standing).toEqual([]);
  expect(posted).toBe(summary.messages_posted);
  expect(posted).toBeLessThanOrEqual(most);
}
