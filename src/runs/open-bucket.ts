import { openObjectSource } from "../compose/object-source.ts";
import { accountEndpoint } from "../config/places.ts";
import { plainValue } from "../config/plain.ts";
import { Problems } from "../config/problems.ts";
import { loadSenderConfig } from "../config/sender-config.ts";
import { definedOnly } from "../domain/defined-only.ts";
import type { ObjectSource } from "../senders/object-source.ts";
import type { SenderOptions } from "./sender-options.ts";

/** The bucket of a sender. Throws ConfigError with all that is missing or wrong. */
export function openBucket(options: SenderOptions): ObjectSource {
  const { storage, apiRoot, apiLocal, env = process.env, folder = process.cwd() } = options;
  const { accountId, endpoint, bucket, accessKeyId, secretAccessKey } = storage ?? {};
  const problems = new Problems();
  const read = () => accountEndpoint(plainValue(accountId ?? ""));
  const account = accountId === undefined ? undefined : problems.parse("storage.accountId:", read, "");
  problems.throwIfAny();
  const flags = definedOnly({ endpoint: endpoint ?? account, bucket, apiRoot, apiLocal });
  const keys = definedOnly({ R2_ACCESS_KEY_ID: accessKeyId, R2_SECRET_ACCESS_KEY: secretAccessKey });
  return openObjectSource(loadSenderConfig(flags, { ...env, ...keys }, folder), options.transfer ?? "auto");
}
