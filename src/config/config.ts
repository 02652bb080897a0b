import type { Secret } from "../domain/secret.ts";
import { type BotConfig, botsOf } from "./bots.ts";
import { ConfigError } from "./error.ts";
import { type Flags, type Found, Layers, type Origin } from "./layers.ts";
import { BadValue, type PaceSetting } from "./parse.ts";
import { SETTINGS, type Setting, type SettingName } from "./settings.ts";

/** Everything that a run needs to know, checked. Times in milliseconds, paces in calls a minute. */
export interface Config {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: Secret;
  readonly secretAccessKey: Secret;
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
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return path;
}

/** What there is of a configuration: texts that are missing are empty, bots that are incomplete are left out. */
export type ConfigDraft = Omit<Config, "accessKeyId" | "secretAccessKey"> & {
  readonly accessKeyId: Secret | undefined;
  readonly secretAccessKey: Secret | undefined;
};

/** Reads what there is, with everything that is missing or wrong. */
export function draftConfig(
  layers: Layers,
  flags: Flags,
): { draft: ConfigDraft; problems: readonly string[] } {
  const reader = new Reader(layers);
  return { draft: readAll(reader, flags), problems: reader.problems };
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

type ValueOf<N extends SettingName> = (typeof SETTINGS)[N] extends Setting<infer T> ? T : never;

/** Takes values out of the layers and collects what is wrong with them. */
export class Reader {
  readonly layers: Layers;
  readonly problems: string[] = [];
  readonly origins: Record<string, Origin> = {};

  constructor(layers: Layers) {
    this.layers = layers;
  }

  maybe<N extends SettingName>(name: N): ValueOf<N> | undefined {
    const found = this.layers.text(name);
    if (!found) return undefined;
    this.origins[name] = found.origin;
    return this.#parsed(name, found);
  }

  /** A setting that has a default. */
  get<N extends SettingName>(name: N): ValueOf<N> {
    const value = this.maybe(name);
    // null is a value: `--bot-pace none`.
    return value === undefined
      ? (SETTINGS[name].parse((SETTINGS[name] as Setting<unknown>).fallback ?? "") as ValueOf<N>)
      : value;
  }

  need(name: SettingName, how: string): string {
    const found = this.layers.text(name);
    if (found) return String(this.maybe(name) ?? "");
    this.problems.push(`${SETTINGS[name].env[0]} is not set: ${how}`);
    return "";
  }

  needSecret(name: string, how: string): Secret | undefined {
    const found = this.secret(name);
    if (!found) this.problems.push(`${name} is not set: ${how} (or ${name}_FILE=<path>)`);
    return found?.value;
  }

  secret(name: string): Found<Secret> | null {
    try {
      const found = this.layers.secret(name);
      if (found) this.origins[name] = found.origin;
      return found;
    } catch (error) {
      this.problems.push(`${name}_FILE cannot be read: ${error instanceof Error ? error.message : error}`);
      return null;
    }
  }

  #parsed<N extends SettingName>(name: N, { value, origin }: Found<string>): ValueOf<N> | undefined {
    try {
      return SETTINGS[name].parse(value) as ValueOf<N>;
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      const shown = value.replace(/\/\/[^/@]*@/, "//***@");
      this.problems.push(`${origin}: "${shown}" is not usable, it must be ${error.message}`);
      return undefined;
    }
  }
}

/** R2_ENDPOINT, or the endpoint of R2_ACCOUNT_ID (developers.cloudflare.com/r2/api/s3/api). */
function endpointOf(reader: Reader): string {
  const given = reader.maybe("endpoint");
  if (given) return withoutBucket(given, reader);
  const account = reader.maybe("accountId");
  if (account) return `https://${account}.r2.cloudflarestorage.com`;
  const bad = reader.origins.endpoint !== undefined;
  if (!bad)
    reader.problems.push(
      "R2_ACCOUNT_ID (or R2_ENDPOINT) is not set: Cloudflare dashboard -> R2 -> Overview, Account ID",
    );
  return "";
}

/** The dashboard shows the endpoint with the bucket behind it, and so it gets pasted. */
function withoutBucket(endpoint: string, reader: Reader): string {
  const url = new URL(endpoint);
  if (url.pathname === "/") return endpoint;
  if (url.pathname === `/${reader.maybe("bucket")}`) return url.origin;
  reader.problems.push(
    `${reader.origins.endpoint}: the endpoint ends in "${url.pathname}"; leave the path out`,
  );
  return url.origin;
}

function ledgerPath(reader: Reader): string {
  const text = reader.get("ledger");
  const origin = reader.origins.ledger ?? "default";
  if (/^postgres(ql)?:/i.test(text)) {
    const password = origin === "--ledger" && URL.canParse(text) && new URL(text).password !== "";
    reader.problems.push(
      password
        ? "--ledger: a password in a flag can be read by everybody on the machine; put the URL into PREWARM_LEDGER"
        : `${origin}: this version keeps its ledger in SQLite only; use sqlite:<path>`,
    );
    return "";
  }
  const path = text.replace(/^sqlite:(\/\/(?=\/))?/, "");
  if (path === "" || /^\w[\w+]+:\/\//.test(path))
    reader.problems.push(`${origin}: a ledger is written as sqlite:<path>`);
  return path;
}
