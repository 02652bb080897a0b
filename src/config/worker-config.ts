import type { LogLevel } from "../domain/choices.ts";
import { openHostProblem } from "../domain/host.ts";
import type { Secret } from "../domain/secret.ts";
import { type Config, cleanProblems, draftConfig } from "./config.ts";
import { type Flags, Layers } from "./layers.ts";
import type { Origin } from "./origin.ts";
import { noBotToken } from "./plain.ts";
import { type ConfigProblem, configError } from "./problems.ts";
import { Reader } from "./reader.ts";
import { ADMIN_TOKEN, LOOKUP_TOKEN } from "./settings.ts";

/** What a worker needs to know besides. Times in milliseconds. */
export interface WorkerSettings {
  /** How often the ledger is asked for work. */
  readonly intervalMs: number;
  /** How often the bucket is listed. */
  readonly listInterval: number;
  /** How long calls under way may take to finish after a signal. */
  readonly drain: number;
  /** 0: a free one. */
  readonly port: number;
  readonly host: string;
  /** Null: the admin API asks for none. */
  readonly adminToken: Secret | null;
  /** May only look up and report; null: nobody has such a token. */
  readonly lookupToken: Secret | null;
  readonly logLevel: LogLevel;
  /** A direct connection to the database of the ledger, on which rows of others are heard of at once. */
  readonly listenUrl: string | undefined;
}

export type WorkerConfig = Config & WorkerSettings;

/** Reads the configuration of a worker. Throws ConfigError with *all* that is missing or wrong, as {@link loadConfig} does. */
export function loadWorkerConfig(flags: Flags, env: NodeJS.ProcessEnv, folder: string | null): WorkerConfig {
  const layers = new Layers(flags, env, folder);
  const { draft, problems } = draftConfig(layers, flags);
  const worker = draftWorker(layers, flags);
  if (problems.length + worker.problems.length > 0)
    throw configError([...problems, ...cleanProblems(worker.problems, draft.secrets)]);
  const origins = { ...draft.origins, ...worker.origins };
  return { ...(draft as Config), ...worker.settings, origins };
}

export interface WorkerDraft {
  readonly settings: WorkerSettings;
  readonly problems: readonly ConfigProblem[];
  readonly origins: Readonly<Record<string, Origin>>;
}

const SAME_TOKEN = `${LOOKUP_TOKEN} is ${ADMIN_TOKEN}: who may only look up could stop the worker; make another one (openssl rand -hex 32)`;

/** Reads a worker's own settings, with everything that is wrong with them; a value that cannot be used is its default. */
export function draftWorker(layers: Layers, flags: Flags): WorkerDraft {
  const reader = new Reader(layers);
  const { problems, origins } = reader;
  const logLevel = reader.get("logLevel");
  const settings: WorkerSettings = {
    intervalMs: reader.get("intervalMs"),
    listInterval: reader.get("listInterval"),
    drain: reader.get("drain"),
    port: reader.get("port"),
    host: reader.get("host"),
    adminToken: reader.secret(ADMIN_TOKEN, noBotToken)?.value ?? null,
    lookupToken: reader.secret(LOOKUP_TOKEN, noBotToken)?.value ?? null,
    listenUrl: reader.maybe("listenUrl"),
    logLevel: flags.quiet === true && origins.logLevel !== "--log-level" ? "warn" : logLevel,
  };
  const tokenIsBroken = problems.found.some(({ name }) => name === ADMIN_TOKEN);
  const open = openHostProblem(String(origins.host), settings.host, settings.adminToken);
  if (open !== null && !tokenIsBroken)
    problems.tell({ kind: "open_host", name: ADMIN_TOKEN, origin: origins.host ?? null, text: open });
  const { adminToken, lookupToken } = settings;
  if (adminToken !== null && adminToken.reveal().trim() === lookupToken?.reveal().trim())
    problems.tell({
      kind: "value",
      name: LOOKUP_TOKEN,
      origin: origins[LOOKUP_TOKEN] ?? null,
      text: SAME_TOKEN,
    });
  return { settings, problems: problems.found, origins };
}
