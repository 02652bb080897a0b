import type { Layers } from "./layers.ts";
import { nearest } from "./nearest.ts";

/** Names that other tools and people use for what is called otherwise here. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  BOT_TOKEN: "TELEGRAM_BOT_TOKEN",
  TELEGRAM_TOKEN: "TELEGRAM_BOT_TOKEN",
  TG_BOT_TOKEN: "TELEGRAM_BOT_TOKEN",
  AWS_ACCESS_KEY_ID: "R2_ACCESS_KEY_ID",
  AWS_SECRET_ACCESS_KEY: "R2_SECRET_ACCESS_KEY",
  R2_SECRET_KEY: "R2_SECRET_ACCESS_KEY",
  R2_ACCESS_KEY: "R2_ACCESS_KEY_ID",
  R2_BUCKET_NAME: "R2_BUCKET",
  S3_BUCKET: "R2_BUCKET",
  S3_ENDPOINT: "R2_ENDPOINT",
  AWS_ENDPOINT_URL: "R2_ENDPOINT",
  CLOUDFLARE_ACCOUNT_ID: "R2_ACCOUNT_ID",
  CHAT_ID: "WARMUP_CHAT_ID",
  TELEGRAM_CHAT_ID: "WARMUP_CHAT_ID",
};

/** Beginnings that prewarm's own variables have; what begins otherwise is somebody else's, unless it is very near. */
const OURS = /^(PREWARM_|MEDIA_PREWARM|R2_|TELEGRAM_|WARMUP_|ADMIN_API)/;
const TYPING_ERRORS = 2;
/** TELEGRAM_API_ID is no misspelling of TELEGRAM_API_ROOT. */
const TYPING_ERRORS_OF_OURS = 3;
/** Kubernetes and Docker describe services so (kubernetes.io, environment variables of services). */
const SERVICE = /_(SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_(TCP|UDP)(_\w+)?)$/;

/** Tokens of several bots are mostly numbered, and a prewarm.config.json names them (`token_env`). */
const NUMBERED_TOKEN = /^TELEGRAM_BOT_TOKEN_\d+$/;

/** A variable that means nothing to prewarm, and what it was probably meant to be. */
export interface StrayName {
  readonly name: string;
  readonly meant: string;
  readonly inDotenv: boolean;
  /** It has its meaning elsewhere: another program may read it. */
  readonly isOthers: boolean;
}

/** Variables that are probably meant for prewarm and not called so. */
export function strayNames(layers: Layers): StrayName[] {
  const { env, dotenv } = layers;
  const names = layers.names();
  const candidates = names.filter((name) => !/proxy/i.test(name));
  const isOurs = (name: string): boolean => OURS.test(name.toUpperCase().replaceAll(/[-.]/g, "_"));
  const meaning = (name: string): string | null =>
    OTHER_NAMES[name] ?? nearest(name, candidates, isOurs(name) ? TYPING_ERRORS_OF_OURS : TYPING_ERRORS);
  const from = (values: Readonly<Record<string, string | undefined>>, inDotenv: boolean): StrayName[] =>
    Object.entries(values).flatMap(([name, value]) => {
      const isName = (/^[A-Z0-9_]{7,}$/.test(name) || isOurs(name)) && !names.includes(name);
      if (!value || !isName || SERVICE.test(name) || /^(tcp|udp):\/\//.test(value)) return [];
      const meant = meaning(name);
      const isOthers = OTHER_NAMES[name] !== undefined || NUMBERED_TOKEN.test(name);
      return meant === null ? [] : [{ name, meant, inDotenv, isOthers }];
    });
  return [...from(env, false), ...from(dotenv.values, true)];
}

/** Whether a variable may stand for one that is missing: both names of the endpoint end the same need. */
export function standsFor({ meant }: StrayName, name: string): boolean {
  return meant === name || (name === "R2_ACCOUNT_ID" && meant === "R2_ENDPOINT");
}

/**
 * How a value gets its name; `file` is the `.env` that is read. Another program may read it by the one it has, so in `.env` a line is added; a misspelt name of ours
 * is written right.
 */
export function nameStep({ name, meant, inDotenv, isOthers }: StrayName, file: string): string {
  if (!inDotenv) return `export ${meant}="$${name}"`;
  return isOthers
    ? `add this line to ${file}: ${meant}=<the value of ${name}>`
    : `write ${meant} instead of ${name} in ${file}`;
}
