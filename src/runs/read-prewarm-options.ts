import type { Flags } from "../config/layers.ts";
import { withoutSecrets } from "../config/mask.ts";
import { nearest } from "../config/nearest.ts";
import { oneOf, onOff } from "../config/parse.ts";
import { accountEndpoint } from "../config/places.ts";
import { plainValue } from "../config/plain.ts";
import { Problems } from "../config/problems.ts";
import { MANIFEST_FORMATS, ORDERS, TRANSFER_MODES } from "../domain/choices.ts";
import { MEDIA_KINDS } from "../domain/media.ts";
import type { PrewarmOptions } from "./prewarm-options.ts";
import type { Surroundings } from "./stage.ts";

/** Options in code, as the readers of flags and settings take them. */
export interface GivenInCode extends Surroundings {
  readonly flags: Flags;
}

type FlagValue = string | boolean | readonly string[];

/** Where an option is read: as a flag or as a variable, by its name there; `write` throws BadValue. */
interface Route {
  readonly as: "flag" | "variable";
  readonly name: string;
  readonly write: (value: unknown) => FlagValue;
}

function flag(name: string, write: Route["write"] = String): Route {
  return { as: "flag", name, write };
}

function variable(name: string): Route {
  return { as: "variable", name, write: String };
}

const several = (value: unknown) => (Array.isArray(value) ? value : [value]).map(String);
const joined = (value: unknown) => several(value).join(",");
const time = (value: unknown) => (typeof value === "number" ? `${value}ms` : String(value));
const yesOrNo = (value: unknown) => onOff(String(value));
const among = (choices: readonly string[]) => (value: unknown) => oneOf(...choices)(String(value));

/** Null for what is no setting. */
const ROUTES: Readonly<Record<keyof PrewarmOptions, Route | null>> = {
  accountId: flag("endpoint", (account) => accountEndpoint(plainValue(String(account)))),
  // After the account, since it wins.
  endpoint: flag("endpoint"),
  bucket: flag("bucket"),
  accessKeyId: variable("R2_ACCESS_KEY_ID"),
  secretAccessKey: variable("R2_SECRET_ACCESS_KEY"),
  apiRoot: flag("apiRoot"),
  apiLocal: flag("apiLocal", yesOrNo),
  testEnvironment: flag("testEnvironment", yesOrNo),
  botToken: variable("TELEGRAM_BOT_TOKEN"),
  bot: flag("bot", several),
  chats: flag("chat", several),
  concurrency: flag("concurrency"),
  maxQueue: flag("maxQueue"),
  retryWeakId: flag("retryWeakId", yesOrNo),
  ledger: flag("ledger"),
  pace: flag("pace"),
  botPace: flag("botPace"),
  pack: flag("pack"),
  answerTimeout: flag("answerTimeout", time),
  stallTimeout: flag("stallTimeout", time),
  readAhead: flag("readAhead"),
  tag: flag("tag", yesOrNo),
  lookAfter: flag("lookAfter", time),
  timeScale: variable("PREWARM_TIME_SCALE"),
  httpsProxy: variable("HTTPS_PROXY"),
  httpProxy: variable("HTTP_PROXY"),
  noProxy: variable("NO_PROXY"),
  prefix: flag("prefix"),
  manifest: flag("manifest"),
  manifestFormat: flag("manifestFormat", among(MANIFEST_FORMATS)),
  include: flag("include", several),
  exclude: flag("exclude", several),
  kind: flag("kind", among(MEDIA_KINDS)),
  as: flag("as", among(MEDIA_KINDS)),
  only: flag("only", joined),
  force: flag("force", yesOrNo),
  limit: flag("limit"),
  allowEmpty: flag("allowEmpty", yesOrNo),
  order: flag("order", among(ORDERS)),
  transfer: flag("transfer", among(TRANSFER_MODES)),
  retries: flag("retries"),
  adoptFrom: flag("adoptFrom"),
  maxDuration: flag("maxDuration", time),
  maxFailures: flag("maxFailures"),
  preflight: flag("preflight", yesOrNo),
  deleteAfter: flag("deleteAfter", yesOrNo),
  dryRun: flag("dryRun", yesOrNo),
  envFile: flag("envFile"),
  config: flag("config"),
  sandbox: null,
  events: null,
  signal: null,
  env: null,
  folder: null,
};

/** Reads options as flags and variables. Throws ConfigError for names that are no options, and for values that are no choices. */
export function readPrewarmOptions(options: PrewarmOptions): GivenInCode {
  const problems = new Problems();
  problems.add(...Object.keys(options).flatMap(strangerProblem));
  const values: Readonly<Record<string, unknown>> = { ...options };
  const flags: Record<string, FlagValue> = {};
  const variables: Record<string, string> = {};
  for (const [option, route] of Object.entries(ROUTES)) {
    const value = values[option];
    if (value === undefined || route === null) continue;
    const written = problems.parse(
      `${option} "${withoutSecrets(String(value))}":`,
      () => route.write(value),
      "",
    );
    if (route.as === "flag") flags[route.name] = written;
    else variables[route.name] = String(written);
  }
  problems.throwIfAny();
  const { env = process.env, folder = process.cwd() } = options;
  return { flags, env: { ...env, ...variables }, folder };
}

function strangerProblem(name: string): string[] {
  const known = Object.keys(ROUTES);
  if (known.includes(name)) return [];
  const hint = nearest(name, known);
  return [`${name}: no such option of prewarm()${hint ? `, did you mean ${hint}?` : ""}`];
}
