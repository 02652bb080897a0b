import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { Api, InputFile } from "node-telegram-bot-api";
import pLimit from "p-limit";
import { withoutVersionWarning } from "../../storage/sdk-warning.ts";
import { sdkUrls } from "./sdk-presigner.ts";

// A program of its own: all objects of a bucket by the plain loop, `plain-loop.js <url|upload> <places>`, with the variables of
// prewarm. It keeps the ids in memory, and nothing on a disk. Ends 1 when something fails.
const [, , transfer, places] = process.argv;
const {
  R2_ENDPOINT: endpoint = "",
  R2_BUCKET: Bucket = "",
  R2_ACCESS_KEY_ID: accessKeyId = "",
  R2_SECRET_ACCESS_KEY: secretAccessKey = "",
  TELEGRAM_API_ROOT: apiRoot = "",
  TELEGRAM_BOT_TOKEN: token = "",
  WARMUP_CHAT_ID: chat_id = "",
} = process.env;
const s3 = withoutVersionWarning(
  () =>
    new S3Client({
      endpoint,
      region: "auto",
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    }),
);
const api = new Api(token, { apiRoot });
const urlOf =
  transfer === "url" ? await sdkUrls(s3, { bucket: Bucket, region: "auto", expiresSeconds: 3_600 }) : null;
const ids = new Map<string, string>();

async function warm(Key: string): Promise<void> {
  const document = urlOf ? await urlOf(Key) : await fileOf(Key);
  const { document: sent } = await api.sendDocument({ chat_id, document });
  ids.set(Key, sent?.file_id ?? "");
}

async function fileOf(Key: string): Promise<InputFile> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  if (!Body) throw new Error(`${Key} came without a body`);
  return new InputFile(await Body.transformToByteArray(), { filename: Key.slice(Key.lastIndexOf("/") + 1) });
}

const limit = pLimit(Number(places));
const work: Promise<void>[] = [];
let ContinuationToken: string | undefined;
do {
  const page = await s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken }));
  for (const { Key = "" } of page.Contents ?? []) work.push(limit(() => warm(Key)));
  ContinuationToken = page.NextContinuationToken;
} while (ContinuationToken);
await Promise.all(work);
s3.destroy();
