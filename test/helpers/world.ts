import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Libsql from "libsql";
import { onTestFinished } from "vitest";
import { errorCode } from "../../src/domain/error-code.ts";
import { readPostgresUrl } from "../../src/domain/postgres-url.ts";
import type { BotApiOptions } from "../../src/sandbox/bot-api/options.ts";
import { type BotApiServer, startBotApiServer } from "../../src/sandbox/bot-api/server.ts";
import type { TruthRow } from "../../src/sandbox/bot-api/truth.ts";
import type { R2FaultHook } from "../../src/sandbox/r2/faults.ts";
import { type R2Server, startR2Server } from "../../src/sandbox/r2/server.ts";
import { BIN, type ChildOptions, type Ended, type Running, start } from "./child.ts";
import { VirtualClock } from "./clock.ts";
import { canRunHere, runHere } from "./run-here.ts";
import { queryHere } from "./sync-postgres.ts";
import { endLeasesOf, newLedgerUrl } from "./tested-place.ts";

export const TOKEN = "7000001:AAHfirst-bot_secret";
export const OTHER_TOKEN = "7000002:AAHother-bot_secret";
export const [CHAT, OTHER_CHAT, FORBIDDEN_CHAT] = [-1001, -1002, -1003];
const BUCKET = "media";
const KEY_PAIR = { accessKeyId: "id0f0123456789abcdefkey", secretAccessKey: "sEcret+with/odd=signs" };

/** None of these may ever be written anywhere by a run. */
const SECRETS = [
  ...[TOKEN, OTHER_TOKEN].flatMap((token) => token.split(":").slice(1)),
  ...Object.values(KEY_PAIR).flatMap((secret) => [secret, encodeURIComponent(secret)]),
  "X-Amz-Signature",
  "Authorization",
];

/** Variables whose values are secret. */
const GIVEN_SECRETS = [
  ...["TELEGRAM_BOT_TOKEN", "R2_SECRET_ACCESS_KEY", "R2_ACCESS_KEY_ID", "R2_SESSION_TOKEN"],
  ...["ADMIN_API_TOKEN", "LOOKUP_TOKEN", "PGPASSWORD"],
];

/** No machine is so slow: what does not come within it never does. */
const PATIENCE_MS = 100_000;

type Written = Pick<Ended, "stdout" | "stderr">;

interface RunOptions extends Partial<ChildOptions> {
  /** Runs through this instead of node alone, e.g. `script`. */
  readonly wrap?: (command: readonly string[]) => readonly string[];
}

type Row = Record<string, string | number | null>;

/** A bucket, a Bot API with two bots, and a folder to run in, all gone when the test is over. */
export async function openWorld(more: Partial<BotApiOptions> = {}): Promise<World> {
  const world = await World.open(more);
  onTestFinished(() => world.close());
  return world;
}

/** Uploads that wait for their answers until the test lets them go: what was started stands where the test wants it. */
export interface Hold {
  /** Has those answered that wait now. */
  release(): Promise<void>;
  /** Has those answered, and lets no other wait. */
  end(): Promise<void>;
}

/** A world whose Bot API takes uploads and answers none of them. */
export async function openHeldWorld(): Promise<{ world: World; hold: Hold }> {
  const clock = new VirtualClock();
  const world = await openWorld({ clock, uploadLatencyMs: [1_000, 1_000] });
  const release = () => clock.advance(1_000);
  const end = () => {
    world.botApi.control({ upload_latency_ms: null });
    return release();
  };
  return { world, hold: { release, end } };
}

const eachTable = (statement: string) => `do $$ declare its record; begin
  for its in select tablename as name, current_schema() || '_kept' as kept from pg_tables where schemaname = current_schema() loop
    ${statement} end loop; end $$`;
const KEEP = `do $$ begin execute format('create schema %I', current_schema() || '_kept'); end $$;
  ${eachTable("execute format('create table %I.%I as table %I', its.kept, its.name, its.name);")}`;
const BRING_BACK = `set session_replication_role = replica; ${eachTable(
  "execute format('delete from %I', its.name); execute format('insert into %I overriding system value table %I.%I', its.name, its.kept, its.name);",
)}; set session_replication_role = default`;

interface WorldParts {
  readonly r2: R2Server;
  readonly botApi: BotApiServer;
  readonly trouble: { hook: R2FaultHook };
  readonly ledgerUrl: string | null;
}

export class World {
  /** Where its ledger is, in PostgreSQL; null for prewarm.db in its folder. */
  readonly ledgerUrl: string | null;
  readonly dir = mkdtempSync(join(tmpdir(), "prewarm-cli-"));
  readonly r2: R2Server;
  readonly botApi: BotApiServer;
  /** Trouble of the bucket, set by tests while it runs. */
  faults: R2FaultHook;
  readonly #keys = new Map<string, string>();
  readonly #secretFiles = new Set<string>();
  readonly #running = new Set<Running>();
  #isKept = false;
  #isClosing = false;

  static async open(more: Partial<BotApiOptions> = {}): Promise<World> {
    const trouble: { hook: R2FaultHook } = { hook: () => undefined };
    const r2 = await startR2Server({
      ...KEY_PAIR,
      buckets: [BUCKET, "other"],
      faults: (request) => trouble.hook(request),
    });
    const botApi = await startBotApiServer({
      bots: [
        { token: TOKEN, username: "first_bot" },
        { token: OTHER_TOKEN, username: "other_bot" },
      ],
      chats: [
        { id: CHAT, type: "channel", title: "warmup" },
        { id: OTHER_CHAT, type: "channel", title: "second", username: "second_chat" },
        { id: FORBIDDEN_CHAT, type: "channel", title: "third", members: ["other_bot"] },
        { id: -44, type: "group", title: "group" },
        { id: 77, type: "private", title: "Ada" },
      ],
      ...more,
    });
    return new World({ r2, botApi, trouble, ledgerUrl: await newLedgerUrl() });
  }

  private constructor({ r2, botApi, trouble, ledgerUrl }: WorldParts) {
    this.ledgerUrl = ledgerUrl;
    this.r2 = r2;
    this.botApi = botApi;
    this.faults = () => undefined;
    trouble.hook = (request) => this.faults(request);
  }

  /** Puts an object and remembers whose content it is. */
  put(key: string, body: Uint8Array | string | { bytes: number }, contentType?: string): void {
    const content = typeof body === "string" ? Buffer.from(body) : body;
    this.r2.put(BUCKET, key, content, contentType === undefined ? {} : { contentType });
    if (content instanceof Uint8Array)
      this.#keys.set(createHash("sha256").update(content).digest("hex"), key);
  }

  /** So many small documents `<prefix>000.bin`, all different. */
  putMany(count: number, prefix = "doc/"): string[] {
    const keys = Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(4, "0")}.bin`);
    for (const [i, key] of keys.entries()) this.put(key, `content of ${key}`.padEnd(40 + i, "."));
    return keys;
  }

  /** What a real run needs, paces off. */
  env(): Record<string, string> {
    return {
      R2_ENDPOINT: this.r2.url,
      R2_BUCKET: BUCKET,
      R2_ACCESS_KEY_ID: KEY_PAIR.accessKeyId,
      R2_SECRET_ACCESS_KEY: KEY_PAIR.secretAccessKey,
      TELEGRAM_API_ROOT: this.botApi.url,
      TELEGRAM_BOT_TOKEN: TOKEN,
      WARMUP_CHAT_ID: String(CHAT),
      PREWARM_PACE: "60000/min",
      PREWARM_BOT_PACE: "none",
      ...(this.ledgerUrl === null ? {} : { PREWARM_LEDGER: this.ledgerUrl }),
    };
  }

  /** `prewarm <args>` in the folder. What it wrote is searched for secrets when it has ended. */
  start(args: readonly string[], { env, wrap = (it) => it, ...more }: RunOptions = {}): Running {
    const command = wrap([process.execPath, BIN, ...args]);
    const running = start(command, { cwd: this.dir, env: { ...this.env(), ...env }, ...more });
    this.#running.add(running);
    const ended = running.ended.then((end) => {
      this.#running.delete(running);
      if (end.signal === "SIGKILL" && !this.#isClosing && this.ledgerUrl !== null)
        endLeasesOf(running.pid, this.ledgerUrl);
      this.searchForSecrets(end, env);
      return end;
    });
    return { ...running, ended };
  }

  /** `prewarm run <args>`, as {@link World.ask} runs it. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.ask(["run", ...args], options);
  }

  /**
   * `prewarm <args>` to its end: in this process, which is a tenth of the work; in one of its own where it is given input or a
   * place to run in, or while another command runs here.
   */
  async ask(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const { env, ...more } = options;
    if (Object.keys(more).length > 0 || !canRunHere(args)) return this.start(args, options).ended;
    const started = performance.now();
    const ended = await runHere(args, { cwd: this.dir, env: { ...this.env(), ...env } });
    this.searchForSecrets(ended, env);
    return { ...ended, signal: null, ms: performance.now() - started, peakMb: Number.NaN };
  }

  /** `prewarm run` with these variables instead of the usual ones; an empty value unsets one. */
  runWith(env: Record<string, string>, ...args: string[]): Promise<Ended> {
    return this.run(args, { env });
  }

  file(name: string, text: string): string {
    const path = join(this.dir, name);
    writeFileSync(path, text);
    return path;
  }

  /** A file that is meant to hold secrets. */
  secretFile(name: string, text: string): string {
    this.#secretFiles.add(name);
    return this.file(name, text);
  }

  /** Reads a ledger as others do. */
  rows(sql: string, ledger = "prewarm.db"): Row[] {
    if (this.ledgerUrl !== null && ledger === "prewarm.db") return queryHere(this.ledgerUrl, sql);
    const db = new Libsql(join(this.dir, ledger), { timeout: 5_000 });
    try {
      db.exec("pragma query_only = 1");
      return db.prepare(sql).all([]) as Row[];
    } finally {
      db.close();
    }
  }

  /** Changes its ledger, as no run would. */
  edit(sql: string, ledger = "prewarm.db"): void {
    if (this.ledgerUrl !== null && ledger === "prewarm.db") {
      queryHere(this.ledgerUrl, sql);
      return;
    }
    const db = new Libsql(join(this.dir, ledger), { timeout: 60_000 });
    try {
      db.exec(sql);
    } finally {
      db.close();
    }
  }

  /** Where its ledger is, as commands say it. */
  get place(): string {
    const url = this.ledgerUrl === null ? null : readPostgresUrl(this.ledgerUrl);
    return typeof url === "object" && url !== null ? url.place : "prewarm.db";
  }

  /** A moment as SQL has it for its ledger, by Unix milliseconds. */
  moment(unixMs: number): string {
    const text = new Date(unixMs).toISOString().slice(0, 19).replace("T", " ");
    return this.ledgerUrl === null ? text : `${text}+00`;
  }

  /**
   * Has something done after each row that a table of its ledger gets: `new.` is its columns; one a ledger.
   */
  afterInsert(table: string, isMeant: string, statements: string): void {
    const trigger = `create trigger others after insert on ${table}`;
    if (this.ledgerUrl === null) this.edit(`${trigger} when ${isMeant} begin ${statements} end`);
    else
      this.edit(`create function others() returns trigger language plpgsql set search_path from current as $$ begin if ${isMeant} then ${statements} end if; return null; end $$;
        ${trigger} for each row execute function others()`);
  }

  /** What needs no configuration but where the ledger is: everything else of the environment is empty. */
  onlyLedger(): Record<string, string> {
    const emptied = Object.keys(this.env()).map((name) => [name, ""]);
    return {
      ...Object.fromEntries(emptied),
      ...(this.ledgerUrl === null ? {} : { PREWARM_LEDGER: this.ledgerUrl }),
    };
  }

  /**
   * A ledger as it lies there, under another name, with the flags that name it. In PostgreSQL it takes the place of the one there: the
   * first call keeps what there is, and each later one brings that back.
   */
  copyLedger(name: string): { readonly ledger: string; readonly flags: readonly string[] } {
    if (this.ledgerUrl !== null) {
      this.edit(this.#isKept ? BRING_BACK : KEEP);
      this.#isKept = true;
      return { ledger: "prewarm.db", flags: [] };
    }
    for (const end of ["", "-wal"]) {
      const from = join(this.dir, `prewarm.db${end}`);
      if (existsSync(from)) copyFileSync(from, join(this.dir, `${name}${end}`));
    }
    return { ledger: name, flags: ["--ledger", name] };
  }

  /** Everything posted, or what was posted after the first `since`. */
  posts(since = 0): TruthRow[] {
    return this.botApi.truth().slice(since);
  }

  /** Keys of what was posted, in order. */
  postedKeys(since = 0): (string | undefined)[] {
    return this.posts(since).map(({ sha256 }) => this.#keys.get(sha256 ?? ""));
  }

  /** How many calls, of those after the first `since`, handed over their media and have no answer. */
  underWay(since = 0): number {
    return this.botApi
      .calls()
      .slice(since)
      .filter(
        ({ method, body_end, answered }) => /^send/.test(method) && body_end !== null && answered === null,
      ).length;
  }

  /**
   * Acts when the nth object is read from now on, in the middle of what was started, however fast it is: those before it are
   * done, but for as many as are transferred at once.
   */
  atRead(nth: number, act: () => void): void {
    let reads = 0;
    this.faults = ({ method, key }) => {
      if (method === "GET" && key !== null && ++reads === nth) act();
      return undefined;
    };
  }

  keyOf(sha256: string | null): string | undefined {
    return this.#keys.get(sha256 ?? "");
  }

  /** Waits for something that other processes do; throws, to end a hang, what it waited for. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!isSo()) {
      if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
      await delay(3);
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    for (const running of this.#running) running.signal("SIGKILL");
    await Promise.all([...this.#running].map(({ ended }) => ended));
    await Promise.all([this.r2.close(), this.botApi.close()]);
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Throws where what was written, or a file of the folder, holds a secret of the world or of `env`. */
  searchForSecrets({ stdout, stderr }: Written, env: Readonly<Record<string, string>> = {}): void {
    const given = GIVEN_SECRETS.map((name) => env[name]?.split(":").at(-1)?.trim() ?? "");
    const secrets = [...SECRETS, ...given].filter((secret) => secret !== "");
    const files = readdirSync(this.dir, { recursive: true, encoding: "utf8" })
      .filter((name) => !this.#secretFiles.has(name))
      .map((name) => [name, textOf(join(this.dir, name))] as const);
    for (const [place, text] of [["stdout", stdout] as const, ["stderr", stderr] as const, ...files])
      for (const secret of secrets)
        if (text.includes(secret)) throw new Error(`${place} holds the secret "${secret}"`);
  }
}

/** Another process may take its files away meanwhile; a folder has no text. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (["ENOENT", "EISDIR"].includes(errorCode(error) ?? "")) return "";
    throw error;
  }
}
