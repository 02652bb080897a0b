import type { PackRule } from "../domain/pack-rule.ts";
import { redactor, type Secret } from "../domain/secret.ts";
import { type BotConfig, botsOf } from "./bots.ts";
import { judgeTogether } from "./judge.ts";
import { judgeDotenv } from "./judge-dotenv.ts";
import { type Flags, Layers } from "./layers.ts";
import { holdsPassword, holdsToken, withoutSecrets } from "./mask.ts";
import type { Origin } from "./origin.ts";
import type { PaceSetting } from "./parse.ts";
import { trimmed } from "./plain.ts";
import { type ConfigProblem, configError } from "./problems.ts";
import { Reader } from "./reader.ts";
import { secretsIn } from "./secrets-in.ts";
import { SETTINGS } from "./settings.ts";

/** All but the keys of R2. Times in milliseconds, paces in calls a minute. */
interface WithoutKeys {
  readonly endpoint: string;
  readonly bucket: string;
  readonly apiRoot: string;
  readonly apiLocal: boolean;
  /** Telegram's test environment, which has accounts and bots of its own. */
  readonly testEnvironment: boolean;
  readonly bots: readonly BotConfig[];
  readonly concurrency: number;
  /** 0: no bound. */
  readonly maxQueue: number;
  readonly retryWeakId: boolean;
  /** Path of the SQLite file. */
  readonly ledger: string;
  readonly pace: PaceSetting;
  /** Over all chats of a bot; null for no such limit. */
  readonly botPace: number | null;
  /** Whether several media go in one message. */
  readonly pack: PackRule;
  readonly answerTimeout: number;
  readonly stallTimeout: number;
  /** Bytes of memory for objects that are read before a transfer is free for them; 0: none is. */
  readonly readAhead: number;
  /** Whether each warmup message carries a tag as its caption. */
  readonly tag: boolean;
  /** How long after a call whose answer was lost its message may still appear, on the engine's clock. */
  readonly lookAfter: number;
  /** How many times faster than the wall the engine's clock runs. */
  readonly timeScale: number;
  readonly proxy: {
    readonly https?: string | undefined;
    readonly http?: string | undefined;
    readonly no?: string | undefined;
  };
  /** Where each value came from, by its setting's name. */
  readonly origins: Readonly<Record<string, Origin>>;
  /** Everything that must never be shown, also what lost against another value: secrets, and passwords in URLs. */
  readonly secrets: readonly Secret[];
  /** What works and is probably not meant. */
  readonly warnings: readonly ConfigProblem[];
}

/** Everything that a run needs to know, checked. */
export interface Config extends WithoutKeys {
  readonly accessKeyId: Secret;
  readonly secretAccessKey: Secret;
}

/** What there is of a configuration: texts that are missing are empty, bots that are incomplete are left out. */
export interface ConfigDraft extends WithoutKeys {
  readonly accessKeyId: Secret | undefined;
  readonly secretAccessKey: Secret | undefined;
}

type DraftValues = Omit<ConfigDraft, "secrets" | "warnings">;

/** All secrets of a configuration, a worker's among them, for the redactor. */
export function secretsOf(
  config: Config & { readonly adminToken?: Secret | null; readonly lookupToken?: Secret | null },
): Secret[] {
  const { secrets, adminToken, lookupToken } = config;
  return [...secrets, ...(adminToken ? [adminToken] : []), ...(lookupToken ? [lookupToken] : [])];
}

/** Reads the configuration. Throws ConfigError with *all* that is missing or wrong, each with how to set it. */
export function loadConfig(flags: Flags, env: NodeJS.ProcessEnv, folder: string | null): Config {
  const { draft, problems } = draftConfig(new Layers(flags, env, folder), flags);
  if (problems.length > 0) throw configError(problems);
  return draft as Config;
}

/**
 * Path of the ledger alone, for those who only read it: nothing else has to be set. Throws ConfigError when what is said
 * of it cannot be used.
 */
export function loadLedgerPath(flags: Flags, env: NodeJS.ProcessEnv, folder: string): string {
  const reader = new Reader(new Layers(flags, env, folder));
  const path = ledgerOf(reader);
  judgeDotenv(reader);
  reader.problems.drop(({ name }) => name !== "PREWARM_LEDGER");
  reader.problems.throwIfAny();
  return path;
}

/** How work would go, for those who only estimate by it: what cannot be read counts as not set. */
export function loadWorkSettings(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  folder: string,
): Pick<Config, "concurrency" | "pack"> {
  const reader = new Reader(new Layers(flags, env, folder));
  return { concurrency: reader.get("concurrency"), pack: reader.get("pack") };
}

/** Reads what there is, with everything that is missing or wrong. */
export function draftConfig(
  layers: Layers,
  flags: Flags,
): { draft: ConfigDraft; problems: readonly ConfigProblem[] } {
  const reader = new Reader(layers);
  const values = readAll(reader, flags);
  judgeTogether(values, reader);
  judgeDotenv(reader);
  const secrets = secretsIn(layers, reader.secrets.values());
  return {
    draft: { ...values, secrets, warnings: cleanProblems(reader.warnings.found, secrets) },
    problems: cleanProblems(reader.problems.found, secrets),
  };
}

/** Problems without the secrets of their configuration. */
export function cleanProblems(
  problems: readonly ConfigProblem[],
  secrets: readonly Secret[],
): readonly ConfigProblem[] {
  const redact = redactor(secrets.filter((secret) => secret.reveal().length >= SHORTEST_SHOWN));
  return problems.map((problem) => ({ ...problem, text: redact(problem.text) }));
}

/** A text of ours may hold a shorter one by chance. */
const SHORTEST_SHOWN = 8;

function readAll(reader: Reader, flags: Flags): DraftValues {
  const pace = reader.get("pace");
  const botPace = reader.get("botPace");
  // A pace set by hand shall not be cut by a default that nobody asked for.
  const unasked = pace.type === "fixed" && reader.origins.botPace === "default";
  return {
    ...readBucket(reader),
    apiRoot: reader.get("apiRoot"),
    apiLocal: reader.get("apiLocal"),
    testEnvironment: reader.get("testEnvironment"),
    bots: botsOf(reader, flags),
    concurrency: reader.get("concurrency"),
    maxQueue: reader.get("maxQueue"),
    retryWeakId: reader.get("retryWeakId"),
    ledger: ledgerOf(reader),
    pace,
    botPace: unasked ? null : botPace,
    pack: reader.get("pack"),
    answerTimeout: reader.get("answerTimeout"),
    stallTimeout: reader.get("stallTimeout"),
    readAhead: reader.get("readAhead"),
    tag: reader.get("tag"),
    lookAfter: reader.get("lookAfter"),
    timeScale: reader.get("timeScale"),
    proxy: readProxies(reader),
    origins: reader.origins,
  };
}

/** Which bucket to read, and with what keys. */
export function readBucket(reader: Reader) {
  return {
    endpoint: endpointOf(reader),
    bucket: reader.need("bucket", "the name of your bucket: --bucket NAME, or R2_BUCKET"),
    accessKeyId: reader.needSecret(
      "R2_ACCESS_KEY_ID",
      "Cloudflare dashboard -> R2 -> Manage API tokens -> Create, Object Read",
    ),
    secretAccessKey: reader.needSecret("R2_SECRET_ACCESS_KEY", "shown once, beside the access key id"),
  };
}

export function readProxies(reader: Reader): WithoutKeys["proxy"] {
  return {
    https: reader.maybe("httpsProxy"),
    http: reader.maybe("httpProxy"),
    no: reader.maybe("noProxy"),
  };
}

/** R2_ENDPOINT, or the endpoint of R2_ACCOUNT_ID; empty where there is none. */
function endpointOf(reader: Reader): string {
  const given = reader.maybe("endpoint");
  if (given) return withoutBucket(given, "endpoint", reader);
  if (reader.origins.endpoint !== undefined) return "";
  const account = reader.maybe("accountId");
  if (account) return withoutBucket(account, "accountId", reader);
  reader.lacks("R2_ACCOUNT_ID", "Cloudflare dashboard -> R2 -> Overview, Account ID");
  return "";
}

/** The dashboard shows the endpoint with the bucket behind it, and so it gets pasted. */
function withoutBucket(endpoint: string, name: "endpoint" | "accountId", reader: Reader): string {
  const { pathname, origin } = new URL(endpoint);
  if (pathname === "/") return endpoint;
  const bucket = reader.layers.text("bucket")?.value;
  if (bucket !== undefined && pathname.replace(/\/$/, "") === `/${trimmed(bucket)}`) return origin;
  reader.problems.tell({
    kind: "value",
    name: SETTINGS[name].env[0] ?? name,
    origin: reader.origins[name] ?? null,
    right: name === "endpoint" ? origin : null,
    text: `${reader.origins[name]}: the endpoint ends in "${withoutSecrets(pathname)}"; leave the path out`,
  });
  return origin;
}

/** Path of the SQLite file; empty where it cannot be used. */
function ledgerOf(reader: Reader): string {
  const found = reader.layers.text("ledger");
  if (found?.origin !== "--ledger" || !(holdsPassword(found.value) || holdsToken(found.value)))
    return reader.maybe("ledger") ?? "";
  reader.problems.tell({
    kind: "value",
    name: "PREWARM_LEDGER",
    origin: found.origin,
    text: "--ledger: a password in a flag can be read by everybody on the machine; put the URL into PREWARM_LEDGER",
  });
  return "";
}
