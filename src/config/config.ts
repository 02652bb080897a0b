import type { Secret } from "../domain/secret.ts";
import { type BotConfig, botsOf } from "./bots.ts";
import { ConfigError } from "./error.ts";
import { type Flags, Layers, type Origin } from "./layers.ts";
import type { PaceSetting } from "./parse.ts";
import { Reader } from "./reader.ts";

/** All but the keys of R2. Times in milliseconds, paces in calls a minute. */
interface WithoutKeys {
  readonly endpoint: string;
  readonly bucket: string;
  readonly apiRoot: string;
  readonly apiLocal: boolean;
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
  readonly answerTimeout: number;
  readonly stallTimeout: number;
  /** How many times faster than the wall the engine's clock runs. */
  readonly timeScale: number;
  readonly proxy: {
    readonly https?: string | undefined;
    readonly http?: string | undefined;
    readonly no?: string | undefined;
  };
  /** Where each value came from, by its setting's name. */
  readonly origins: Readonly<Record<string, Origin>>;
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

/** All secrets of a configuration, a worker's among them, for the redactor. */
export function secretsOf(config: Config & { readonly adminToken?: Secret | null }): Secret[] {
  const { accessKeyId, secretAccessKey, bots, adminToken } = config;
  return [accessKeyId, secretAccessKey, ...bots.map((bot) => bot.token), ...(adminToken ? [adminToken] : [])];
}

/** Reads the configuration. Throws ConfigError with *all* that is missing or wrong, each with how to set it. */
export function loadConfig(flags: Flags, env: NodeJS.ProcessEnv, folder: string | null): Config {
  const { draft, problems } = draftConfig(new Layers(flags, env, folder), flags);
  if (problems.length > 0) throw new ConfigError(problems);
  return draft as Config;
}

/**
 * Path of the ledger alone, for those who only read it: nothing else has to be set. Throws ConfigError when what is said
 * of it cannot be used.
 */
export function loadLedgerPath(flags: Flags, env: NodeJS.ProcessEnv, folder: string): string {
  const reader = new Reader(new Layers(flags, env, folder));
  const path = ledgerPath(reader);
  reader.problems.throwIfAny();
  return path;
}

/** Reads what there is, with everything that is missing or wrong. */
export function draftConfig(
  layers: Layers,
  flags: Flags,
): { draft: ConfigDraft; problems: readonly string[] } {
  const reader = new Reader(layers);
  return { draft: readAll(reader, flags), problems: reader.problems.all };
}

function readAll(reader: Reader, flags: Flags): ConfigDraft {
  const pace = reader.get("pace");
  const botPace = reader.get("botPace");
  // A pace set by hand shall not be cut by a default that nobody asked for.
  const unasked = pace.type === "fixed" && reader.origins.botPace === "default";
  return {
    endpoint: endpointOf(reader),
    bucket: reader.need("bucket", "the name of your bucket: --bucket NAME, or R2_BUCKET"),
    accessKeyId: reader.needSecret(
      "R2_ACCESS_KEY_ID",
      "Cloudflare dashboard -> R2 -> Manage API tokens -> Create, Object Read",
    ),
    secretAccessKey: reader.needSecret("R2_SECRET_ACCESS_KEY", "shown once, beside the access key id"),
    apiRoot: reader.get("apiRoot"),
    apiLocal: reader.get("apiLocal"),
    bots: botsOf(reader, flags),
    concurrency: reader.get("concurrency"),
    maxQueue: reader.get("maxQueue"),
    retryWeakId: reader.get("retryWeakId"),
    ledger: ledgerPath(reader),
    pace,
    botPace: unasked ? null : botPace,
    answerTimeout: reader.get("answerTimeout"),
    stallTimeout: reader.get("stallTimeout"),
    timeScale: reader.get("timeScale"),
    proxy: {
      https: reader.maybe("httpsProxy"),
      http: reader.maybe("httpProxy"),
      no: reader.maybe("noProxy"),
    },
    origins: reader.origins,
  };
}

/** The endpoint of an account (developers.cloudflare.com/r2/api/s3/api). */
export function endpointOfAccount(account: string): string {
  return `https://${account}.r2.cloudflarestorage.com`;
}

/** R2_ENDPOINT, or the endpoint of R2_ACCOUNT_ID. */
function endpointOf(reader: Reader): string {
  const given = reader.maybe("endpoint");
  if (given) return withoutBucket(given, reader);
  const account = reader.maybe("accountId");
  if (account) return endpointOfAccount(account);
  const bad = reader.origins.endpoint !== undefined;
  if (!bad)
    reader.problems.add(
      "R2_ACCOUNT_ID (or R2_ENDPOINT) is not set: Cloudflare dashboard -> R2 -> Overview, Account ID",
    );
  return "";
}

/** The dashboard shows the endpoint with the bucket behind it, and so it gets pasted. */
function withoutBucket(endpoint: string, reader: Reader): string {
  const url = new URL(endpoint);
  if (url.pathname === "/") return endpoint;
  if (url.pathname === `/${reader.maybe("bucket")}`) return url.origin;
  reader.problems.add(
    `${reader.origins.endpoint}: the endpoint ends in "${url.pathname}"; leave the path out`,
  );
  return url.origin;
}

function ledgerPath(reader: Reader): string {
  const text = reader.get("ledger");
  const origin = reader.origins.ledger ?? "default";
  if (/^postgres(ql)?:/i.test(text)) {
    const password = origin === "--ledger" && URL.canParse(text) && new URL(text).password !== "";
    reader.problems.add(
      password
        ? "--ledger: a password in a flag can be read by everybody on the machine; put the URL into PREWARM_LEDGER"
        : `${origin}: this version keeps its ledger in SQLite only; use sqlite:<path>`,
    );
    return "";
  }
  const path = text.replace(/^sqlite:(\/\/(?=\/))?/, "");
  if (path === "" || /^\w[\w+]+:\/\//.test(path))
    reader.problems.add(`${origin}: a ledger is written as sqlite:<path>`);
  return path;
}
