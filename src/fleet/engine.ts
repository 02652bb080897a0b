import type { JobInsert, PgBoss } from "pg-boss";
import { jobIdOf } from "./job-id.ts";
import type { PgBossModule } from "./load.ts";
import type { HeldJob, JobEngine, NewJob } from "./port.ts";

/** The way to the database of the ledger. */
interface EngineSql {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: unknown[] }>;
  within<T>(work: (query: EngineSql["query"]) => Promise<T>): Promise<T>;
}

export interface OpenEngineOptions {
  readonly module: PgBossModule;
  readonly sql: EngineSql;
  /** The schema of the ledger: each has an engine of its own. */
  readonly ledgerSchema: string;
  /** Hears of what went wrong in the background. */
  readonly onError: (error: Error) => void;
}

const [QUEUE, DEAD, MARK] = ["warm", "warm-dead", "warm-mark"];
/** A job that waits for ever: once it is gone, so is all else. */
const MARK_ID = "00000000-0000-4000-8000-000000000000";
const HUNDRED_YEARS_S = 100 * 365 * 86_400;

/** Seconds without a word after which a job is handed out again. */
const HEARTBEAT_S = 30;
/** Seconds within which nothing is looked after a second time, whoever asks for it. */
const LOOKED_AFTER_S = 2;
/** The most that pg-boss takes: a call may be under way for long, and the heartbeat tells whether it is. */
const EXPIRE_S = 86_400;
/** Redelivery counts as a try, and is none of ours. */
const TRIES = 1_000;
/** What our own code could not handle is tried so often. */
const OWN_TRIES = 3;
const YEAR_S = 365 * 86_400;
/** The priority of what a lost worker held: above all that ranks can be. */
const FIRST = 3_000_000;

/**
 * Opens pg-boss in the database of the ledger, by its connections. It makes and changes its own tables. Throws what the database
 * throws.
 */
export async function openEngine(options: OpenEngineOptions): Promise<JobEngine> {
  const { module, sql, onError } = options;
  const schema = engineSchemaOf(options.ledgerSchema);
  await sql.query(`create schema if not exists "${schema}"`).catch(unlessThere(sql, schema));
  const boss = new module.PgBoss({
    db: viaQuery(sql.query),
    schema,
    createSchema: false,
    migrate: true,
    schedule: false,
    // Whoever leads does that, when there is something to look after.
    supervise: false,
    monitorIntervalSeconds: LOOKED_AFTER_S,
    registerInstance: false,
    openTelemetry: { enabled: false },
    reindex: false,
    monitorVacuum: false,
    flowIntervalSeconds: 3600,
    bamIntervalSeconds: 3600,
  });
  boss.on("error", onError);
  boss.on("warning", () => {});
  await boss.start();
  await makeQueues(boss);
  return new PgBossEngine(boss, sql, schema);
}

/** The schema of the engine's tables. */
function engineSchemaOf(ledgerSchema: string): string {
  return ledgerSchema === "public" ? "prewarm_jobs" : `prewarm_jobs_${ledgerSchema.replace(/\W/g, "_")}`;
}

/** Who may not create a schema is content with one that is there. */
function unlessThere(sql: EngineSql, schema: string) {
  return async (error: unknown): Promise<void> => {
    const { rows } = await sql.query("select 1 from pg_namespace where nspname = $1", [schema]);
    if (rows.length === 0) throw error;
  };
}

function viaQuery(query: EngineSql["query"]) {
  return {
    // Of several statements in one text it is given all answers, which it knows to tell apart.
    executeSql: async (text: string, values?: unknown[]) =>
      (await query(text, values)) as { rows: unknown[] },
  };
}

async function makeQueues(boss: PgBoss): Promise<void> {
  await boss.createQueue(DEAD);
  await boss.createQueue(MARK, { retentionSeconds: YEAR_S });
  await boss.createQueue(QUEUE, {
    heartbeatSeconds: HEARTBEAT_S,
    expireInSeconds: EXPIRE_S,
    retryLimit: TRIES,
    deadLetter: DEAD,
    retentionSeconds: YEAR_S,
  });
}

/** pg-boss behind our port. What else it can do is not used. */
class PgBossEngine implements JobEngine {
  readonly #boss: PgBoss;
  readonly #sql: EngineSql;
  readonly #schema: string;

  constructor(boss: PgBoss, sql: EngineSql, schema: string) {
    this.#boss = boss;
    this.#sql = sql;
    this.#schema = schema;
  }

  async add(jobs: readonly NewJob[]): Promise<void> {
    if (jobs.length > 0)
      await this.#boss.insert(
        QUEUE,
        jobs.map((job) => insertOf(job)),
      );
  }

  async fetch(most: number, exceptBots: readonly string[]): Promise<HeldJob[]> {
    const jobs = await this.#boss.fetch<JobData>(QUEUE, {
      batchSize: most,
      ignoreGroups: [...exceptBots],
      includeMetadata: true,
    });
    const held = jobs.map(({ id, retryCount, data }) => ({ ...data, id, retryCount }));
    return held.sort((a, b) => a.rank - b.rank);
  }

  async touch(jobs: readonly HeldJob[]): Promise<ReadonlySet<string>> {
    if (jobs.length === 0) return new Set();
    const answer: Settled = await this.#boss.touch(QUEUE, jobs.map(attemptOf));
    return new Set(answer.settled ?? []);
  }

  async drop(jobs: readonly HeldJob[]): Promise<void> {
    if (jobs.length > 0) await this.#boss.deleteJob(QUEUE, jobs.map(attemptOf));
  }

  putBack(jobs: readonly HeldJob[], seconds: number): Promise<void> {
    return this.#again(jobs, seconds, ({ fails }) => fails);
  }

  async failed(jobs: readonly HeldJob[], why: string): Promise<void> {
    const hopeless = jobs.filter(({ fails }) => fails + 1 >= OWN_TRIES);
    const others = jobs.filter(({ fails }) => fails + 1 < OWN_TRIES);
    await this.#again(others, HEARTBEAT_S, ({ fails }) => fails + 1);
    if (hopeless.length === 0) return;
    await this.#boss.insert(
      DEAD,
      hopeless.map((job) => ({ data: { ...dataOf(job), why } })),
    );
    await this.drop(hopeless);
  }

  /** What is not this worker's any more stays as it is. */
  async #again(jobs: readonly HeldJob[], seconds: number, failsOf: (job: HeldJob) => number): Promise<void> {
    if (jobs.length === 0) return;
    const startAfter = Math.ceil(seconds);
    await this.#sql.within(async (query) => {
      const db = viaQuery(query);
      const deleted: Settled = await this.#boss.deleteJob(QUEUE, jobs.map(attemptOf), { db });
      const ours = new Set(deleted.settled ?? []);
      const again = jobs
        .filter(({ id }) => ours.has(id))
        .map((job) => ({ ...againOf(job, failsOf(job)), ...(startAfter > 0 ? { startAfter } : {}) }));
      if (again.length > 0) await this.#boss.insert(QUEUE, again, { db });
    });
  }

  async isWhole(): Promise<boolean> {
    const there = await this.#boss.findJobs(MARK, { id: MARK_ID });
    if (there.length > 0) return true;
    await makeQueues(this.#boss);
    await this.#boss.insert(MARK, [{ id: MARK_ID, startAfter: HUNDRED_YEARS_S }]);
    return false;
  }

  async lookAfter(): Promise<void> {
    await this.#boss.supervise();
    // Among all that waits and is as urgent they would come at random; pg-boss, which is pinned, has no call for that.
    await this.#sql.query(
      `update "${this.#schema}".job set priority = $2 where name = $1 and state = 'retry' and priority < $2`,
      [QUEUE, FIRST],
    );
  }

  close(): Promise<void> {
    return this.#boss.stop({ graceful: false, close: false });
  }
}

/** What a job carries. */
type JobData = NewJob & { readonly fails: number };
/** What pg-boss says of calls that end or renew claims: its types leave out whose they were. */
type Settled = { readonly settled?: readonly string[] };

function dataOf({ work, rank }: NewJob, fails = 0): JobData {
  return { work, rank, fails };
}

function insertOf(job: NewJob, fails = 0): JobInsert<JobData> {
  const { work, rank } = job;
  return { id: jobIdOf(work), data: dataOf(job, fails), group: { id: work.bot }, priority: -2 * rank };
}

/** What had its turn already goes before all that is as urgent; behind it, it could wait for as long as that takes. */
function againOf(job: NewJob, fails: number): JobInsert<JobData> {
  return { ...insertOf(job, fails), priority: 1 - 2 * job.rank };
}

function attemptOf({ id, retryCount }: HeldJob) {
  return { id, retryCount };
}
