import type { Secret } from "../domain/secret.ts";
import { type Config, cleanProblems, readBucket, readProxies } from "./config.ts";
import { judgeDotenv } from "./judge-dotenv.ts";
import { type Flags, Layers } from "./layers.ts";
import { configError } from "./problems.ts";
import { Reader } from "./reader.ts";
import { secretsIn } from "./secrets-in.ts";

/** What is needed to send objects of the bucket, checked. Times in milliseconds. */
export interface SenderConfig {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: Secret;
  readonly secretAccessKey: Secret;
  readonly apiRoot: string;
  readonly apiLocal: boolean;
  readonly stallTimeout: number;
  readonly proxy: Config["proxy"];
}

/** Names that a sender has no use for, whatever is wrong with them. */
const OF_SENDERS = /^(R2_|TELEGRAM_API_|PREWARM_STALL_TIMEOUT$|HTTPS?_PROXY$)/i;

/** Reads it from where `prewarm run` finds it. Throws ConfigError with *all* that is missing or wrong, each with how to set it. */
export function loadSenderConfig(
  flags: Flags,
  env: Readonly<Record<string, string | undefined>>,
  folder: string | null,
): SenderConfig {
  const layers = new Layers(flags, env, folder);
  const reader = new Reader(layers);
  const values = {
    ...readBucket(reader),
    apiRoot: reader.get("apiRoot"),
    apiLocal: reader.get("apiLocal"),
    stallTimeout: reader.get("stallTimeout"),
    proxy: readProxies(reader),
  };
  judgeDotenv(reader);
  reader.problems.drop(({ name }) => !OF_SENDERS.test(name ?? ""));
  const problems = cleanProblems(reader.problems.found, secretsIn(layers, reader.secrets.values()));
  if (problems.length > 0) throw configError(problems);
  return values as SenderConfig;
}
