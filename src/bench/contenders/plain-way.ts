import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Api, InputFile } from "node-telegram-bot-api";
import type { Config } from "../../config/config.ts";
import type { Clock } from "../../domain/clock.ts";
import { withoutVersionWarning } from "../../storage/sdk-warning.ts";

/** One object by the plain way, in milliseconds of the clock. */
interface PlainSpent {
  readonly download: number;
  readonly send: number;
}

export interface PlainWay {
  /** Throws what the SDK or the library throws. */
  send(key: string, chat: string): Promise<PlainSpent>;
  close(): void;
}

/** The timeouts of the system that is replaced, in milliseconds. */
const TIMEOUTS = { download: 30_000, upload: 60_000 } as const;

/**
 * The way without prewarm, as most write it: the SDK reads the whole object into memory, then the library uploads it as a
 * document, by `fetch` and with its defaults, but without its retries (the system that is replaced had none).
 */
export function plainWay(config: Config, clock: Clock): PlainWay {
  const { endpoint, bucket: Bucket, apiRoot, bots } = config;
  const s3 = withoutVersionWarning(
    () =>
      new S3Client({
        endpoint,
        region: "auto",
        forcePathStyle: true,
        maxAttempts: 1,
        credentials: {
          accessKeyId: config.accessKeyId.reveal(),
          secretAccessKey: config.secretAccessKey.reveal(),
        },
      }),
  );
  const api = new Api(bots[0]?.token.reveal() ?? "", {
    apiRoot,
    maxRetries: 0,
    timeoutMs: Math.ceil(TIMEOUTS.upload / clock.scale),
  });
  return {
    send: async (Key, chat) => {
      const started = clock.now();
      const abortSignal = AbortSignal.timeout(Math.ceil(TIMEOUTS.download / clock.scale));
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }), { abortSignal });
      if (!Body) throw new Error(`${Key} came without a body`);
      const content = await Body.transformToByteArray();
      const read = clock.now();
      const document = new InputFile(content, { filename: Key.slice(Key.lastIndexOf("/") + 1) });
      await api.sendDocument({ chat_id: chat, document, disable_notification: true });
      return { download: read - started, send: clock.now() - read };
    },
    close: () => s3.destroy(),
  };
}
