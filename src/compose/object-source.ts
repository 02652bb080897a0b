import type { SenderConfig } from "../config/sender-config.ts";
import type { TransferMode } from "../domain/choices.ts";
import type { ObjectSource } from "../senders/object-source.ts";
import { openR2 } from "../storage/r2.ts";
import { openTransfers } from "../transfers/transfers.ts";
import { openDispatcher } from "./dispatcher.ts";
import { CONNECT_MS, reachable } from "./reach.ts";

/** The bucket of a configuration for a sender. Connects nothing yet. */
export function openObjectSource(config: SenderConfig, mode: TransferMode): ObjectSource {
  const dispatcher = openDispatcher(config.proxy, { connectMs: CONNECT_MS });
  const storage = openR2({
    endpoint: config.endpoint,
    bucket: config.bucket,
    accessKeyId: config.accessKeyId.reveal(),
    secretAccessKey: config.secretAccessKey.reveal(),
    dispatcher,
    stallMs: config.stallTimeout,
  });
  const transfers = openTransfers({
    storage,
    mode,
    local: config.apiLocal,
    urlOpen: reachable(config),
    onUrlClosed: () => {},
  });
  const never = new AbortController().signal;
  return {
    mode,
    find: (key) => storage.head(key),
    prepare: (task) => transfers.prepare(task, never),
    urlResult: (cause) => transfers.urlResult(cause),
    close: () => dispatcher.destroy(),
  };
}
